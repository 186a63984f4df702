// The reply of a handler. It is checked when it is made, so that the error is thrown at the
// mistake. It is serialized once. A reply with a whole body is immutable, and may be sent often.

import { readAhead } from '../request/read-ahead.js';
import { type WholeBody, wholeToBytes } from '../request/whole-body.js';
import { type BodySource, hearErrors, openWhole, type StreamedBody } from './body-source.js';
import { addFields, type FieldsInit } from './field-lines.js';
import { jsonText } from './json-text.js';
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

/**
 * The content of a reply: whole (string, bytes), streamed (pulled at the pace of the client), or
 * none.
 */
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
  /** Default: the standard phrase of the status. */
  readonly statusText?: string;
  readonly headers?: FieldsInit;
  /**
   * Sent after the content, to a client that asked for them: HTTP/1.1 with `TE: trailers`. Any other client gets the
   * content alone, with its length where that is known. A function is then not called.
   */
  readonly trailers?: TrailersInit;
}

/** The changes of {@link Reply.with}. */
export type ReplyChange = Pick<ReplyInit, 'status' | 'statusText' | 'headers'>;

const NO_INIT: ReplyInit = {};
const NO_FIELDS = new ReplyFields();
/** Without trailers, nothing announces them. */
const NO_TRAILER_FIELD = { Trailer: [] };
const JSON_FIELDS = new ReplyFields();
JSON_FIELDS.add('Content-Type', 'application/json');

/** The type of the function {@link reply}, which has a method. */
export interface ReplyMaker {
  /**
   * Makes a reply.
   *
   * A string is sent as UTF-8. Its Content-Type is `text/plain;charset=UTF-8`, unless the headers
   * name another. Bytes are a Uint8Array, any other view or an ArrayBuffer. They get no
   * Content-Type, and must not be changed afterwards. A Blob or File brings its size and its type.
   * URLSearchParams and FormData have the type of a form.
   *
   * A streamed body is an (async) iterable or a ReadableStream, of strings or bytes. It can be sent
   * once. A reply with any other body, or without one, can be sent often.
   *
   * A declared Content-Length must equal the length of a whole body. A streamed body that differs
   * from it cuts the connection. `Connection: close` ends the connection after the reply. `Upgrade`
   * may stand in a 426, and `Connection: Upgrade` is sent with it (RFC 9110 §15.5.22).
   *
   * @throws ReplyError with a code `SLUICE_REPLY_…` for a reply that can't be sent: a status
   * outside 200–599, a name or value that would split the message, Transfer-Encoding, Keep-Alive,
   * or Upgrade with another status.
   *
   * @example
   * reply('<p>Made.</p>', { status: 201, headers: { 'Content-Type': 'text/html' } });
   */
  (body?: ReplyBody, init?: ReplyInit): Reply;

  /**
   * Makes a reply whose content is `value` as JSON. Its Content-Type is `application/json`, unless
   * the headers name another.
   *
   * @throws ReplyError for a value without JSON (`undefined`, a function), for a circular value,
   * and for a BigInt; otherwise as {@link reply}
   *
   * @example
   * reply.json({ ok: true }, { status: 201 });
   */
  json(value: unknown, init?: ReplyInit): Reply;
}

export const reply: ReplyMaker = Object.assign(makeReply, { json: makeJsonReply });

function makeReply(body?: ReplyBody, init: ReplyInit = NO_INIT): Reply {
  if (init === NO_INIT) return replyOfBody(body, 200, '', NO_FIELDS, undefined);
  return makeReplyWith(body, init);
}

function makeReplyWith(body: ReplyBody, init: ReplyInit): Reply {
  try {
    checkInit(init);
    const { headers } = init;
    let fields = NO_FIELDS;
    if (headers !== undefined) {
      fields = new ReplyFields();
      addFields(fields, headers);
    }
    return replyOf(body, init, fields);
  } catch (error) {
    hearUnsent(body);
    throw error;
  }
}

/** No reply was made of a body. A Node stream fails when it likes, and nobody else may listen. */
function hearUnsent(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  try {
    hearErrors(body, ignore);
  } catch {
    // It can't be looked at.
  }
}

function ignore(): void {}

function makeJsonReply(value: unknown, init: ReplyInit = NO_INIT): Reply {
  const text = jsonText(value);
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
  return replyOfBody(
    body,
    status,
    statusText,
    fields,
    trailers === undefined ? undefined : new Trailers(trailers),
  );
}

/** The reply of a body that was given. */
export function replyOfBody(
  body: ReplyBody | StreamedContent,
  status: number,
  statusText: string,
  fields: ReplyFields,
  trailers: Trailers | undefined,
): Reply {
  checkStatusLine(status, statusText);
  const content = contentOf(body);
  const typeLine = fields.hasContentType ? '' : typeLineOf(body, content);
  const hasBody = body !== undefined && body !== null;
  return checkedReply(status, statusText, fields, typeLine, content, hasBody, trailers);
}

function checkStatusLine(status: number, statusText: string): void {
  checkStatus(status);
  if (statusText !== '') checkStatusText(statusText);
}

/** @param typeLine - the Content-Type that follows from the body, with its CRLF, or nothing */
function checkedReply(
  status: number,
  statusText: string,
  fields: ReplyFields,
  typeLine: string,
  content: WholeBody | StreamedContent,
  hasBody: boolean,
  trailers: Trailers | undefined,
): Reply {
  const known = isStreamed(content) ? content.size : hasBody ? content.length : LENGTH_NONE;
  const declared = fields.contentLength;
  if (declared >= 0) checkDeclared(declared, known < 0 ? declared : known, trailers !== undefined);
  let text = fields.text + typeLine;
  if (fields.upgrade !== 0) text += upgradeLine(fields.upgrade, status);
  if (trailers !== undefined && trailers.names !== '' && !fields.hasTrailer) {
    text += `Trailer: ${trailers.names}\r\n`;
  }
  const length = declared >= 0 ? declared : trailers === undefined ? known : LENGTH_UNKNOWN;
  return new Reply(status, statusText, text, fields, content, hasBody, length, trailers);
}

function isStreamed(content: WholeBody | StreamedContent): content is StreamedContent {
  return typeof content !== 'string' && content instanceof StreamedContent;
}

/**
 * A checked reply, made by {@link reply}. It never changes: {@link Reply.with} gives a changed copy.
 */
export class Reply {
  readonly status: number;
  /** Empty if the standard phrase of the status is sent. */
  readonly statusText: string;
  /** The field lines, each with its CRLF, without Content-Length and Connection. @internal */
  readonly fields: string;
  /** The handler set Date itself. @internal */
  readonly hasDate: boolean;
  /** The handler asked for the connection to end with this reply. @internal */
  readonly closes: boolean;
  /** Bytes of content, declared or known, or `LENGTH_UNKNOWN` or `LENGTH_NONE`. @internal */
  readonly length: number;
  /** The whole content; `undefined` for a streamed body, which `open()` gives. @internal */
  readonly whole: WholeBody | undefined;
  /** Sent only with the chunked coding. @internal */
  readonly trailers: Trailers | undefined;
  readonly #given: ReplyFields;
  readonly #content: WholeBody | StreamedContent;
  readonly #hasBody: boolean;

  /** Checks nothing: {@link replyOfBody} does. So it is small, and V8 inlines it. @internal */
  constructor(
    status: number,
    statusText: string,
    text: string,
    given: ReplyFields,
    content: WholeBody | StreamedContent,
    hasBody: boolean,
    length: number,
    trailers: Trailers | undefined,
  ) {
    this.status = status;
    this.statusText = statusText;
    this.fields = text;
    this.hasDate = given.hasDate;
    this.closes = given.closes;
    this.length = length;
    // A whole body with trailers is sent as a stream.
    this.whole = trailers === undefined && !isStreamed(content) ? content : undefined;
    this.trailers = trailers;
    this.#given = given;
    this.#content = content;
    this.#hasBody = hasBody;
  }

  /**
   * True if the value was made here. What only looks like a Reply is none: a proxy, an object with this
   * prototype, a Reply of another copy of sluice.
   *
   * @internal
   */
  static isOne(value: unknown): value is Reply {
    return typeof value === 'object' && value !== null && #content in value;
  }

  /**
   * The given headers, and the Content-Type that follows from the content. They can be read but not
   * changed. Date is not among them, nor is a field that the connection sets: Transfer-Encoding,
   * and Content-Length unless it was declared. A new object at each call.
   */
  get headers(): Headers {
    return readableHeaders(this.fields, this.#given);
  }

  /**
   * A copy with another status or other headers. A given header replaces all headers with its name,
   * in any case. An empty array removes them. The other headers stay. The status text stays if the
   * status does.
   *
   * Both replies share one body. If the body is streamed, only one of them can be sent, once.
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
    checkStatusLine(status, statusText);
    return checkedReply(
      status,
      statusText,
      fields,
      '',
      this.#content,
      this.#hasBody,
      this.trailers,
    );
  }

  /** A copy for a client that takes no trailers. Whole content has a length again. @internal */
  withoutTrailers(): Reply {
    const fields = changedFields(this.fields, this.#given, NO_TRAILER_FIELD);
    return checkedReply(
      this.status,
      this.statusText,
      fields,
      '',
      this.#content,
      this.#hasBody,
      undefined,
    );
  }

  /**
   * The stream may give all its content at once. Then `readAhead()` must be called before sending.
   *
   * @internal
   */
  get maybeWhole(): boolean {
    const content = this.#content;
    return isStreamed(content) && content.maybeWhole;
  }

  /**
   * This reply with whole content, if the stream ends without delay. Otherwise its content is the
   * first chunks and the rest of the stream. Rejects if the stream fails before that.
   *
   * @throws ReplyError if the content was opened before
   * @internal
   */
  async readAhead(): Promise<Reply> {
    // Boundary: called only if `maybeWhole` is true.
    const content = await readAhead((this.#content as StreamedContent).take());
    return replyOfBody(content, this.status, this.statusText, this.#given, this.trailers);
  }

  /**
   * How the end of the content is marked for one request.
   *
   * @throws ReplyError if a Content-Length was declared and content must follow, but there is none
   * @internal
   */
  framing(isHead: boolean, versionMinor: number): ReplyFraming {
    if (!this.#hasBody && this.length > 0 && sendsContent(this.status, isHead)) {
      throw new ReplyError(
        'SLUICE_REPLY_LENGTH_INVALID',
        `Content-Length must be left out of a reply without a body, but for HEAD and 304; got ${this.length}`,
      );
    }
    const { whole } = this;
    if (typeof whole === 'object' && whole.length !== this.length) {
      throw new ReplyError(
        'SLUICE_REPLY_LENGTH_INVALID',
        `the bytes of a body must not be transferred or resized once they were given: they were ${this.length}, and are ${whole.length}`,
      );
    }
    return replyFraming(this.status, isHead, versionMinor, this.length);
  }

  /**
   * The source of a streamed body. The caller must read it to its end or close it.
   *
   * @throws ReplyError if it was opened before
   * @internal
   */
  open(): BodySource {
    const content = this.#content;
    return content instanceof StreamedContent ? content.open() : openWhole(wholeToBytes(content));
  }

  /** Drops a body that is not sent (HEAD, 204, 304, a client that left). @internal */
  discard(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#content instanceof StreamedContent) this.#content.discard(reason, onError);
  }
}
