// The trailer section of a reply: fields that are known only after the content was sent (RFC 9110
// §6.5). Only the chunked coding can carry them.

import { shown } from '../../options/shown.js';
import { droppable, promiseOf } from '../../options/thenable.js';
import { type AsyncScope, currentScope, within } from './async-scope.js';
import {
  addFields,
  checkFieldName,
  FieldLines,
  type FieldsInit,
  forbiddenField,
} from './field-lines.js';
import { ReplyError } from './reply-error.js';

/**
 * Trailers, a promise of them, or a function that gives either after the content was sent. Content that is whole
 * waits a moment for them: if they fail at once, the client gets a 500.
 */
export type TrailersInit =
  | FieldsInit
  | PromiseLike<FieldsInit>
  | (() => FieldsInit | PromiseLike<FieldsInit>);

/**
 * Fields that matter before or beside the content: framing, routing, authentication, control,
 * content format (RFC 9110 §6.5.1). A client that added such a trailer to its headers would change
 * a decision that it has already made.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'expect',
  'expires',
  'host',
  'keep-alive',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'range',
  'retry-after',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
]);

/** The trailers of one reply. */
export class Trailers {
  /** The lines, if they are known already. */
  readonly #known: TrailerLines | undefined;
  readonly #later: Promise<unknown> | (() => unknown) | undefined;
  /** The context in which the function was given. */
  #scope: AsyncScope | undefined;

  constructor(init: TrailersInit) {
    this.#known = undefined;
    this.#later = undefined;
    this.#scope = undefined;
    if (typeof init === 'function') {
      this.#later = init;
      this.#scope = currentScope();
      return;
    }
    const promise = promiseOf(init);
    // It may reject while the content is still being sent. `lines` then gives the error to its caller.
    if (promise !== undefined) this.#later = droppable(promise);
    // Boundary: what is neither a function nor a promise should be fields, and is checked.
    else this.#known = serialize(init as FieldsInit);
  }

  /** The value of the Trailer field that announces them; empty if the names are not known yet. */
  get names(): string {
    return this.#known?.names ?? '';
  }

  /** They are fields, which were checked. What comes later may fail. */
  get isKnown(): boolean {
    return this.#known !== undefined;
  }

  /**
   * The field lines, each with its CRLF. Call it once, after the content was sent. Throws or
   * rejects with the error of the handler's function, or a `ReplyError`.
   */
  lines(): string | Promise<string> {
    if (this.#known !== undefined) return this.#known.text;
    const later = this.#later;
    const given = typeof later === 'function' ? this.#call(later) : later;
    const promise = promiseOf(given);
    if (promise === undefined) return textOf(given);
    return promise.then(textOf);
  }

  #call<Given>(later: () => Given): Given {
    return within(this.#scope, later);
  }
}

class TrailerLines extends FieldLines {
  names: string;

  constructor() {
    super();
    this.names = '';
  }

  protected override addLine(name: string, value: string): void {
    checkFieldName(name);
    if (FORBIDDEN.has(name.toLowerCase())) {
      throw forbiddenField(name, 'it means nothing after the content (RFC 9110 §6.5.1)');
    }
    this.names += this.names === '' ? name : `, ${name}`;
    this.text += `${name}: ${value}\r\n`;
  }
}

function serialize(init: FieldsInit): TrailerLines {
  const lines = new TrailerLines();
  if (typeof init !== 'object' || init === null) {
    throw new ReplyError(
      'SLUICE_REPLY_FIELD_VALUE_INVALID',
      `trailers must be an object, an array of pairs or Headers, a promise of these or a function that gives them; got ${shown(init)}`,
    );
  }
  addFields(lines, init);
  return lines;
}

/** @throws ReplyError if they are no fields, or can't be sent */
function textOf(given: unknown): string {
  // Boundary: it should be fields, and is checked.
  return serialize(given as FieldsInit).text;
}
