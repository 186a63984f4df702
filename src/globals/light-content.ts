// What a light Response may hold without asking the platform: content that is
// there as a whole. Everything else is a body of the platform's.

import {
  isArrayBuffer,
  isBlob,
  isStringObject,
  isURLSearchParams,
} from '../http/reply/bytes-of.js';
import { PlatformResponse } from './platform.js';

/** A string, or bytes that nobody else can alter. */
export type LightContent = string | Uint8Array<ArrayBuffer> | Blob;

const SURROGATE_ALONE = /\p{Surrogate}/u;
const SURROGATES_ALONE = /\p{Surrogate}/gu;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * `body` as light content, with the media type that WHATWG Fetch §5.1 ('extract a body') gives it;
 * `undefined` where the platform is to be asked.
 */
export function lightContentOf(body: object): LightContent | undefined {
  if (ArrayBuffer.isView(body)) {
    // Shared memory is refused, by the platform.
    if (!isArrayBuffer(body.buffer)) return undefined;
    return new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  }
  if (isArrayBuffer(body)) return new Uint8Array(body.slice(0));
  if (isBlob(body)) return body;
  if (isURLSearchParams(body) || isStringObject(body)) return body.toString();
  return undefined;
}

/** The Content-Type of a body that was given none; empty where there is none to give. */
export function typeOf(body: unknown): string {
  if (typeof body === 'string' || isStringObject(body)) return 'text/plain;charset=UTF-8';
  if (isURLSearchParams(body)) return 'application/x-www-form-urlencoded;charset=UTF-8';
  return isBlob(body) ? body.type : '';
}

/** A string as it is after a way through UTF-8: without its mark, without half a character. */
export function asDecoded(text: string): string {
  const unmarked = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  return SURROGATE_ALONE.test(unmarked) ? unmarked.replace(SURROGATES_ALONE, '\ufffd') : unmarked;
}

const encoder = new TextEncoder();
/** It asks for nothing before somebody reads. */
const UNHURRIED = { highWaterMark: 0 };

class LightSource {
  readonly type: 'bytes';
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** Read of, or cancelled: what WHATWG calls disturbed. */
  used: boolean;

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.type = 'bytes';
    this.content = content;
    this.used = false;
  }

  pull(controller: ReadableByteStreamController): void {
    this.used = true;
    const { content } = this;
    // Memory that is enqueued is given away, and another clone may have the same bytes.
    const bytes = typeof content === 'string' ? encoder.encode(content) : content.slice();
    if (bytes.length > 0) controller.enqueue(bytes);
    controller.close();
    // Whoever reads into memory of his own is told of the end this way.
    controller.byobRequest?.respond(0);
  }

  cancel(): void {
    this.used = true;
  }
}

/** Boundary: the types know of no stream of bytes. */
const ByteStream = ReadableStream as unknown as new (
  source: LightSource,
  strategy: typeof UNHURRIED,
) => ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * A stream of light content, made because somebody has asked for one, and known as what it is as
 * long as nobody has read of it. Frameworks only hand it on: `new Response(response.body, response)`.
 */
export class LightStream extends ByteStream {
  readonly #source: LightSource;

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    const source = new LightSource(content);
    super(source, UNHURRIED);
    this.#source = source;
  }

  /** The stream, if it is one of light content, and still whole. */
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

/** A body of the platform's that has been read already, as the light one's has. */
export function spent(content: LightContent): Response {
  const platform = new PlatformResponse(content);
  // It is read for the mark that this leaves.
  platform.arrayBuffer().catch(() => undefined);
  return platform;
}
