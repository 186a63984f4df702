// What a light Response may hold without asking the platform: content that is
// there as a whole. Everything else is a body of the platform's.

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
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (ArrayBuffer.isView(body)) {
    // Shared memory is refused, by the platform.
    if (!(body.buffer instanceof ArrayBuffer)) return undefined;
    return new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  }
  if (body instanceof Blob) return body;
  if (body instanceof URLSearchParams || body instanceof String) return body.toString();
  return undefined;
}

/** The Content-Type of a body that was given none; empty where there is none to give. */
export function typeOf(body: unknown): string {
  if (typeof body === 'string' || body instanceof String) return 'text/plain;charset=UTF-8';
  if (body instanceof URLSearchParams) return 'application/x-www-form-urlencoded;charset=UTF-8';
  return body instanceof Blob ? body.type : '';
}

/** A string as it is after a way through UTF-8: without its mark, without half a character. */
export function asDecoded(text: string): string {
  const unmarked = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  return SURROGATE_ALONE.test(unmarked) ? unmarked.replace(SURROGATES_ALONE, '\ufffd') : unmarked;
}

/**
 * Streams that were made of light content and given out, with what they were made of. Frameworks
 * put them into the next Response as they are: `new Response(response.body, response)`.
 */
const origins = new WeakMap<ReadableStream, Origin>();

export interface Origin {
  readonly content: LightContent;
  /** The platform's Response that has the stream, and knows whether it was read. */
  readonly platform: Response;
}

export function rememberOrigin(content: LightContent, platform: Response): void {
  if (platform.body !== null) origins.set(platform.body, { content, platform });
}

/** What the stream was made of, if nobody has touched it since. */
export function untouchedOrigin(stream: ReadableStream): Origin | undefined {
  const origin = origins.get(stream);
  if (origin === undefined || stream.locked || origin.platform.bodyUsed) return undefined;
  return origin.platform.body === stream ? origin : undefined;
}

/** A body of the platform's that has been read already, as the light one's has. */
export function spent(content: LightContent): Response {
  const platform = new PlatformResponse(content);
  // It is read for the mark that this leaves.
  platform.arrayBuffer().catch(() => undefined);
  return platform;
}
