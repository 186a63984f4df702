// The reply that a handler gives: checked when it is made, where the mistake is,
// and serialized once. One with a whole body is immutable and may be sent often.

import {
  type BodySource,
  isReadableStream,
  openBody,
  openWhole,
  type StreamedBody,
} from './body-source.js';
import { describe } from './describe.js';
import { isFieldValue } from './field-check.js';
import { addFields, type FieldsInit } from './field-lines.js';
import { ReplyError } from './reply-error.js';
import { ReplyFields } from './reply-fields.js';
import {
  LENGTH_NONE,
  LENGTH_UNKNOWN,
  type ReplyFraming,
  replyFraming,
  sendsContent,
} from './reply-framing.js';
import { Trailers, type TrailersInit } from './trailers.js';
import { type WholeBody, wholeOfBytes, wholeOfText, wholeToBytes } from './whole-body.js';

/** The content of a reply: whole (string, bytes), streamed (pulled at the pace of the client), or none. */
export type ReplyBody = string | Uint8Array | StreamedBody | null | undefined;

export interface ReplyInit {
  /** An integer from 200 to 599. Default 200. */
  readonly status?: number;
  /** Default: the registered phrase of the status. */
  readonly statusText?: string;
  readonly headers?: FieldsInit;
  /** Sent after the content, to a client that speaks HTTP/1.1. */
  readonly trailers?: TrailersInit;
}

const INIT_KEYS: readonly string[] = ['status', 'statusText', 'headers', 'trailers'];
const NO_INIT: ReplyInit = {};
const NO_FIELDS = new ReplyFields();
const TEXT_TYPE = 'Content-Type: text/plain;charset=UTF-8\r\n';

/**
 * Makes a reply.
 *
 * A string is sent as UTF-8, with `Content-Type: text/plain;charset=UTF-8` unless
 * the headers name another; bytes and streams get no Content-Type. A streamed
 * body is an (async) iterable or a ReadableStream of strings or Uint8Arrays, and
 * can be sent once; a reply with a whole body, or none, as often as wanted. Bytes
 * must not be changed once they were given.
 *
 * A declared Content-Length must be that of a whole body; a streamed one is held
 * to it. `Connection: close` ends the connection after the reply.
 *
 * @throws ReplyError with a code `SLUICE_REPLY_…` for what can't be sent: a status outside
 * 200–599, a name or value that would split the message, Transfer-Encoding, Keep-Alive, Upgrade.
 *
 * @example
 * reply('{"ok":true}', { status: 201, headers: { 'Content-Type': 'application/json' } });
 */
export function reply(body?: ReplyBody, init: ReplyInit = NO_INIT): Reply {
  if (init === NO_INIT) return new Reply(body, 200, '', NO_FIELDS, undefined);
  checkInit(init);
  const { status = 200, statusText = '', headers, trailers } = init;
  let fields = NO_FIELDS;
  if (headers !== undefined) {
    fields = new ReplyFields();
    addFields(fields, headers);
  }
  return new Reply(
    body,
    status,
    statusText,
    fields,
    trailers === undefined ? undefined : new Trailers(trailers),
  );
}

/** A checked reply, made by {@link reply}. Its other members are for the connection that sends it. */
export class Reply {
  readonly status: number;
  /** Empty where the status's registered phrase is to be sent. */
  readonly statusText: string;
  /** The field lines, each with its CRLF; Content-Length and Connection are not among them. @internal */
  readonly fields: string;
  /** The handler set Date itself. @internal */
  readonly hasDate: boolean;
  /** The handler wants the connection to end with this reply. @internal */
  readonly closes: boolean;
  /** Bytes of content as declared or known, `LENGTH_UNKNOWN` or `LENGTH_NONE`. @internal */
  readonly length: number;
  /** The whole content; `undefined` where it is streamed: then `open()` it. @internal */
  readonly whole: WholeBody | undefined;
  /** Sent only with the chunked coding. @internal */
  readonly trailers: Trailers | undefined;
  readonly #streamed: WholeBody | StreamedBody | undefined;
  readonly #hasBody: boolean;
  #opened: boolean;

  /** @internal */
  constructor(
    body: ReplyBody,
    status: number,
    statusText: string,
    fields: ReplyFields,
    trailers: Trailers | undefined,
  ) {
    checkStatus(status);
    if (statusText !== '') checkStatusText(statusText);
    const content = contentOf(body);
    const isWhole = typeof content === 'string' || content instanceof Uint8Array;
    const hasBody = body !== undefined && body !== null;
    const declared = fields.contentLength;
    if (declared >= 0)
      checkDeclared(declared, isWhole && hasBody ? content.length : declared, trailers);
    let text = fields.text;
    if (typeof body === 'string' && !fields.hasContentType) text += TEXT_TYPE;
    if (trailers !== undefined && trailers.names !== '' && !fields.hasTrailer) {
      text += `Trailer: ${trailers.names}\r\n`;
    }
    // Trailers make a stream of a whole body, too.
    const sendsWhole = isWhole && trailers === undefined;
    this.status = status;
    this.statusText = statusText;
    this.fields = text;
    this.hasDate = fields.hasDate;
    this.closes = fields.closes;
    this.length = declared >= 0 ? declared : knownLength(sendsWhole, hasBody, content);
    this.whole = sendsWhole ? content : undefined;
    this.trailers = trailers;
    this.#streamed = sendsWhole ? undefined : content;
    this.#hasBody = hasBody;
    this.#opened = false;
  }

  /**
   * How this reply's content is delimited for one request.
   *
   * @throws ReplyError if a Content-Length was declared, content must follow, and there is none
   * @internal
   */
  framing(isHead: boolean, versionMinor: number): ReplyFraming {
    if (!this.#hasBody && this.length > 0 && sendsContent(this.status, isHead)) {
      throw new ReplyError(
        'SLUICE_REPLY_LENGTH_INVALID',
        `Content-Length must be left out of a reply without a body, but for HEAD and 304; got ${this.length}`,
      );
    }
    return replyFraming(this.status, isHead, versionMinor, this.length);
  }

  /**
   * The source of a streamed body. What it gives must be read to its end or closed.
   *
   * @throws ReplyError if it was opened before
   * @internal
   */
  open(): BodySource {
    const streamed = this.#streamed;
    if (streamed === undefined) return openWhole(wholeToBytes(this.whole ?? ''));
    if (typeof streamed === 'string' || streamed instanceof Uint8Array) {
      return openWhole(wholeToBytes(streamed));
    }
    if (this.#opened) {
      throw new ReplyError(
        'SLUICE_REPLY_BODY_USED',
        'a reply with a streamed body can be sent only once: make a new one for each request',
      );
    }
    this.#opened = true;
    return openBody(streamed);
  }

  /** Gives up a body that will not be sent (HEAD, 204, 304, a client that is gone). @internal */
  discard(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#streamed === undefined || this.#opened) return;
    try {
      this.open().close(reason, onError);
    } catch (error) {
      // Locked since: whoever reads it ends it.
      onError?.(error);
    }
  }
}

function contentOf(body: ReplyBody): WholeBody | StreamedBody {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return wholeOfText(body);
  if (body instanceof Uint8Array) return wholeOfBytes(body);
  if (typeof body !== 'object' || ArrayBuffer.isView(body)) throw unfitBody(body);
  if (isReadableStream(body)) {
    if (!body.locked) return body;
    throw new ReplyError('SLUICE_REPLY_BODY_USED', 'the stream given as the body is locked');
  }
  if (Symbol.asyncIterator in body || Symbol.iterator in body) return body;
  throw unfitBody(body);
}

function knownLength(
  isWhole: boolean,
  hasBody: boolean,
  content: WholeBody | StreamedBody,
): number {
  if (!isWhole) return LENGTH_UNKNOWN;
  return hasBody ? (content as WholeBody).length : LENGTH_NONE;
}

/** A Content-Length that the handler declared must be that of the content, where that is known. */
function checkDeclared(declared: number, length: number, trailers: Trailers | undefined): void {
  if (declared !== length) {
    throw new ReplyError(
      'SLUICE_REPLY_LENGTH_INVALID',
      `Content-Length must be the body's ${length} bytes, or be left out; got ${declared}`,
    );
  }
  if (trailers !== undefined) {
    throw new ReplyError(
      'SLUICE_REPLY_LENGTH_INVALID',
      'trailers need the chunked coding, which excludes a Content-Length: leave out one of them',
    );
  }
}

function unfitBody(body: unknown): ReplyError {
  return new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `a body must be a string, a Uint8Array, a ReadableStream, an (async) iterable of strings or Uint8Arrays, or null; got ${describe(body)}`,
  );
}

function checkInit(init: ReplyInit): void {
  if (typeof init !== 'object' || init === null) {
    throw new ReplyError(
      'SLUICE_REPLY_OPTION_UNKNOWN',
      `the second argument of reply() must be an object; got ${describe(init)}`,
    );
  }
  for (const key in init) {
    if (isInitKey(key)) continue;
    throw new ReplyError(
      'SLUICE_REPLY_OPTION_UNKNOWN',
      `reply() takes ${INIT_KEYS.join(', ')}; got ${describe(key)}`,
    );
  }
}

/** Whether it is one of {@link INIT_KEYS}: asked for each reply, where a list would be searched. */
function isInitKey(key: string): boolean {
  return key === 'headers' || key === 'status' || key === 'statusText' || key === 'trailers';
}

function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new ReplyError(
    'SLUICE_REPLY_STATUS_INVALID',
    `status must be an integer from 200 to 599; got ${describe(status)}`,
  );
}

function checkStatusText(statusText: string): void {
  if (typeof statusText === 'string' && isFieldValue(statusText)) return;
  throw new ReplyError(
    'SLUICE_REPLY_STATUS_TEXT_INVALID',
    `statusText must be a string of latin1 characters without control characters; got ${describe(statusText)}`,
  );
}
