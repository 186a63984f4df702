// How `console.log` shows our messages: a protocol of Node's, found by symbol, so
// that no module of Node's is needed.

type Inspect = (value: unknown, options: unknown) => string;

/** Shows whatever has this prototype as `title` and what `view` picks of it. */
export function showAs<T extends object>(
  prototype: T,
  title: string,
  view: (shown: T) => unknown,
): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    configurable: true,
    writable: true,
    value(this: T, _depth: number, options: unknown, inspect: Inspect): string {
      return `${title} ${inspect(view(this), options)}`;
    },
  });
}
