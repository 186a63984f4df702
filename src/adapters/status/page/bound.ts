// How the page and its frames meet: an element names a key of the view, and how its value is shown. The server renders
// the present value, so the page says the same without its script.

import { escaped } from './html.js';

/** Every text of the page that can change, by its key. */
export type View = Readonly<Record<string, string>>;

/** `data-t`: the text. `data-l`: a level, for its style. `data-p`: a path. `data-w`: a width. `data-a`: what a picture says. */
export type Binding = 't' | 'l' | 'p' | 'w' | 'a';

export class Renderer {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  valueOf(key: string): string {
    const value = this.#view[key];
    if (value === undefined)
      throw new Error(`sluice: the page shows '${key}', which the view lacks`);
    return value;
  }

  /** An element whose text is the value. */
  text(key: string, element = 'span', attributes = ''): string {
    const space = attributes === '' ? '' : ' ';
    return `<${element}${space}${attributes} data-t="${key}">${escaped(this.valueOf(key))}</${element}>`;
  }

  /** The attribute of a level. It begins with a blank. */
  level(key: string): string {
    return ` data-l="${key}" data-level="${escaped(this.valueOf(key))}"`;
  }

  path(key: string): string {
    return ` data-p="${key}" d="${escaped(this.valueOf(key))}"`;
  }

  width(key: string): string {
    return ` data-w="${key}" width="${escaped(this.valueOf(key))}"`;
  }

  /** What a picture says to those who don't see it. */
  label(key: string): string {
    return ` data-a="${key}" aria-label="${escaped(this.valueOf(key))}"`;
  }
}
