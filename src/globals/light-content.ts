// Content that a light Response can hold without the platform: complete content. Any other content
// becomes a body of the platform.

import {
  isArrayBuffer,
  isBlob,
  isStringObject,
  isURLSearchParams,
} from '../http/reply/bytes-of.js';
import { PlatformResponse } from './platform.js';

/** A string, or bytes that no other code can change. */
export type LightContent = string | Uint8Array<ArrayBuffer> | Blob;

const SURROGATE_ALONE = /\p{Surrogate}/u;
const SURROGATES_ALONE = /\p{Surrogate}/gu;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * `body` as light content; `undefined` if the platform must handle it. The media type is that of
 * WHATWG Fetch §5.1 ('extract a body').
 */
export function lightContentOf(body: object): LightContent | undefined {
  if (ArrayBuffer.isView(body)) {
    // The platform refuses shared memory.
    if (!isArrayBuffer(body.buffer)) return undefined;
    return new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  }
  if (isArrayBuffer(body)) return new Uint8Array(body.slice(0));
  if (isBlob(body)) return body;
  if (isURLSearchParams(body) || isStringObject(body)) return body.toString();
  return undefined;
}

/** The Content-Type of a body without a given one; empty if it has none. */
export function typeOf(body: unknown): string {
  if (typeof body === 'string' || isStringObject(body)) return 'text/plain;charset=UTF-8';
  if (isURLSearchParams(body)) return 'application/x-www-form-urlencoded;charset=UTF-8';
  return isBlob(body) ? body.type : '';
}

/** A string as UTF-8 would return it: without a byte order mark, without lone surrogates. */
export function asDecoded(text: string): string {
  const unmarked = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  return SURROGATE_ALONE.test(unmarked) ? unmarked.replace(SURROGATES_ALONE, '\ufffd') : unmarked;
}

const encoder = new TextEncoder();
/** The stream requests nothing before the first read. */
const UNHURRIED = { highWaterMark: 0 };

class LightSource {
  readonly type: 'bytes';
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** True after a read or a cancellation: WHATWG calls this disturbed. */
  used: boolean;

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.type = 'bytes';
    this.content = content;
    this.used = false;
  }

  pull(controller: ReadableByteStreamController): void {
    this.used = true;
    const { content } = this;
    // The stream gives enqueued memory away, and another clone may have the same bytes. So it gets
    // a copy.
    const bytes = typeof content === 'string' ? encoder.encode(content) : content.slice();
    if (bytes.length > 0) controller.enqueue(bytes);
    controller.close();
    // This tells the end to a reader that gave its own memory.
    controller.byobRequest?.respond(0);
  }

  cancel(): void {
    this.used = true;
  }
}

/** Boundary: the types do not know byte streams. */
const ByteStream = ReadableStream as unknown as new (
  source: LightSource,
  strategy: typeof UNHURRIED,
) => ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * A stream of light content, made when code asked for a stream. Until the first read, its content
 * is still known. Frameworks often only pass it on: `new Response(response.body, response)`.
 */
export class LightStream extends ByteStream {
  readonly #source: LightSource;

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    const source = new LightSource(content);
    super(source, UNHURRIED);
    this.#source = source;
  }

  /** The stream, if it is a stream of light content and was not read. */
  static untouched(stream: ReadableStream): LightStream | undefined {
    return #source in stream && !stream.#source.used && !stream.locked ? stream : undefined;
  }

  get content(): string | Uint8Array<ArrayBuffer> {
    return this.#source.content;
  }

  get used(): boolean {
    return this.#source.used;
  }
}

/** A body of the platform that is already read, like the light body that it replaces. */
export function spent(content: LightContent): Response {
  const platform = new PlatformResponse(content);
  // The read marks the body as used.
  platform.arrayBuffer().catch(() => undefined);
  return platform;
}
