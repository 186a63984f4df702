// The reply that a handler gives: checked when it is made, where the mistake is,
// and serialized once. One with a whole body is immutable and may be sent often.

import { describe } from '../describe.js';
import { readAhead } from '../request/read-ahead.js';
import { type WholeBody, wholeToBytes } from '../request/whole-body.js';
import { type BodySource, openWhole, type StreamedBody } from './body-source.js';
import { addFields, type FieldsInit } from './field-lines.js';
import {
  checkChange,
  checkDeclared,
  checkInit,
  checkStatus,
  checkStatusText,
} from './reply-checks.js';
import { contentOf, typeLineOf } from './reply-content.js';
import { ReplyError } from './reply-error.js';
import { ReplyFields, upgradeLine } from './reply-fields.js';
import {
  LENGTH_NONE,
  LENGTH_UNKNOWN,
  type ReplyFraming,
  replyFraming,
  sendsContent,
} from './reply-framing.js';
import { changedFields, readableHeaders } from './reply-headers.js';
import { StreamedContent } from './streamed-content.js';
import { Trailers, type TrailersInit } from './trailers.js';

/** The content of a reply: whole (string, bytes), streamed (pulled at the pace of the client), or none. */
export type ReplyBody =
  | string
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | Blob
  | URLSearchParams
  | FormData
  | StreamedBody
  | null
  | undefined;

export interface ReplyInit {
  /** An integer from 200 to 599. Default 200. */
  readonly status?: number;
  /** Default: the registered phrase of the status. */
  readonly statusText?: string;
  readonly headers?: FieldsInit;
  /** Sent after the content, to a client that speaks HTTP/1.1. */
  readonly trailers?: TrailersInit;
}

/** What {@link Reply.with} changes. */
export type ReplyChange = Pick<ReplyInit, 'status' | 'statusText' | 'headers'>;

const NO_INIT: ReplyInit = {};
const NO_FIELDS = new ReplyFields();
const JSON_FIELDS = new ReplyFields();
JSON_FIELDS.add('Content-Type', 'application/json');

/** The function {@link reply}, which has a method. */
export interface ReplyMaker {
  /**
   * Makes a reply.
   *
   * A string is sent as UTF-8, with `Content-Type: text/plain;charset=UTF-8` unless the headers name
   * another. Bytes are a Uint8Array, any other view or an ArrayBuffer; they get no Content-Type, and
   * must not be changed once they were given. A Blob or File has its size and its type.
   * URLSearchParams and FormData have the type of a form.
   *
   * A streamed body is an (async) iterable or a ReadableStream of strings or bytes, and can be sent
   * once; a reply with any other body, or none, as often as wanted.
   *
   * A declared Content-Length must be that of a whole body; a streamed one is held to it.
   * `Connection: close` ends the connection after the reply. `Upgrade` may stand in a 426, and
   * `Connection: Upgrade` is sent with it (RFC 9110 §15.5.22).
   *
   * @throws ReplyError with a code `SLUICE_REPLY_…` for what can't be sent: a status outside
   * 200–599, a name or value that would split the message, Transfer-Encoding, Keep-Alive, or Upgrade
   * with another status.
   *
   * @example
   * reply('<p>Made.</p>', { status: 201, headers: { 'Content-Type': 'text/html' } });
   */
  (body?: ReplyBody, init?: ReplyInit): Reply;

  /**
   * Makes a reply whose content is `value` as JSON, with `Content-Type: application/json` unless the
   * headers name another.
   *
   * @throws ReplyError for what has no JSON (`undefined`, a function), for a value that holds itself,
   * and for a BigInt; otherwise as {@link reply}
   *
   * @example
   * reply.json({ ok: true }, { status: 201 });
   */
  json(value: unknown, init?: ReplyInit): Reply;
}

export const reply: ReplyMaker = Object.assign(makeReply, { json: makeJsonReply });

function makeReply(body?: ReplyBody, init: ReplyInit = NO_INIT): Reply {
  if (init === NO_INIT) return new Reply(body, 200, '', NO_FIELDS, undefined);
  checkInit(init);
  const { headers } = init;
  let fields = NO_FIELDS;
  if (headers !== undefined) {
    fields = new ReplyFields();
    addFields(fields, headers);
  }
  return replyOf(body, init, fields);
}

function makeJsonReply(value: unknown, init: ReplyInit = NO_INIT): Reply {
  const text = jsonOf(value);
  checkInit(init);
  const { headers } = init;
  let fields = JSON_FIELDS;
  if (headers !== undefined) {
    fields = new ReplyFields();
    addFields(fields, headers);
    if (!fields.hasContentType) fields.add('Content-Type', 'application/json');
  }
  return replyOf(text, init, fields);
}

function replyOf(body: ReplyBody, init: ReplyInit, fields: ReplyFields): Reply {
  const { status = 200, statusText = '', trailers } = init;
  return new Reply(
    body,
    status,
    statusText,
    fields,
    trailers === undefined ? undefined : new Trailers(trailers),
  );
}

/**
 * A checked reply, made by {@link reply}. It never changes: {@link Reply.with} gives a changed copy.
 */
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
  readonly #given: ReplyFields;
  readonly #content: WholeBody | StreamedContent;
  readonly #hasBody: boolean;

  /**
   * @param original Its body is taken, and `body` and the type of that are not looked at.
   * @internal
   */
  constructor(
    body: ReplyBody | StreamedContent,
    status: number,
    statusText: string,
    fields: ReplyFields,
    trailers: Trailers | undefined,
    original: Reply | undefined = undefined,
  ) {
    checkStatus(status);
    if (statusText !== '') checkStatusText(statusText);
    const content = original === undefined ? contentOf(body) : original.#content;
    const hasBody =
      original === undefined ? body !== undefined && body !== null : original.#hasBody;
    const isWhole = !(content instanceof StreamedContent);
    const known = isWhole ? (hasBody ? content.length : LENGTH_NONE) : content.size;
    const declared = fields.contentLength;
    if (declared >= 0)
      checkDeclared(declared, known < 0 ? declared : known, trailers !== undefined);
    let text = fields.text;
    if (original === undefined && !fields.hasContentType) text += typeLineOf(body, content);
    if (fields.upgrade !== 0) text += upgradeLine(fields.upgrade, status);
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
    this.length = declared >= 0 ? declared : trailers === undefined ? known : LENGTH_UNKNOWN;
    this.whole = sendsWhole ? content : undefined;
    this.trailers = trailers;
    this.#given = fields;
    this.#content = content;
    this.#hasBody = hasBody;
  }

  /**
   * The headers as they were given, with the Content-Type that follows from the content. They can be
   * read and not changed. Date, and what the connection sets (Content-Length where none was declared,
   * Transfer-Encoding), are not among them. A new object at each call.
   */
  get headers(): Headers {
    return readableHeaders(this.fields, this.#given);
  }

  /**
   * A copy with another status or other headers. Each header that is given takes the place of those
   * with its name, in any case; an empty array takes them away. The others stay, and so does the
   * status text while the status does.
   *
   * Both replies have one body: if it is streamed, one of them can be sent, once.
   *
   * @throws ReplyError as {@link reply} does
   *
   * @example
   * const files = staticFiles('public');
   * const fetch = async (request, context) =>
   *   (await files(request, context)).with({ headers: { 'Cache-Control': 'max-age=60' } });
   */
  with(change: ReplyChange): Reply {
    checkChange(change);
    const { status = this.status, headers } = change;
    const { statusText = status === this.status ? this.statusText : '' } = change;
    const fields = changedFields(this.fields, this.#given, headers);
    return new Reply(undefined, status, statusText, fields, this.trailers, this);
  }

  /**
   * The content may be there as a whole, and only its stream can tell: `readAhead()` before it is sent.
   *
   * @internal
   */
  get maybeWhole(): boolean {
    return this.#content instanceof StreamedContent && this.#content.maybeWhole;
  }

  /**
   * This reply with whole content, if the stream gives all of it before anything else can happen;
   * otherwise with the rest of the stream. Rejects where the stream fails before that.
   *
   * @throws ReplyError if the content was opened before
   * @internal
   */
  async readAhead(): Promise<Reply> {
    // Boundary: asked only where `maybeWhole` says so.
    const content = await readAhead((this.#content as StreamedContent).take());
    return new Reply(content, this.status, this.statusText, this.#given, this.trailers);
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
    const content = this.#content;
    return content instanceof StreamedContent ? content.open() : openWhole(wholeToBytes(content));
  }

  /** Gives up a body that will not be sent (HEAD, 204, 304, a client that is gone). @internal */
  discard(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#content instanceof StreamedContent) this.#content.discard(reason, onError);
  }
}

function jsonOf(value: unknown): string {
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReplyError(
      'SLUICE_REPLY_BODY_INVALID',
      `reply.json() found no JSON for the value: ${why}`,
      {
        cause,
      },
    );
  }
  if (typeof text === 'string') return text;
  throw new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `reply.json() takes what JSON can say: an object, an array, a string, a number, a boolean or null; got ${describe(value)}`,
  );
}
