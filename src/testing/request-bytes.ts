// The bytes that a client sends for a Request, or for the text or bytes of a test.

import { invalid } from '../options/checks.js';
import { shown } from '../options/shown.js';

/** The bytes of a request, and the fact that is needed to read its response. */
export interface RequestBytes {
  readonly bytes: Uint8Array;
  /** The response to a HEAD has no content, whatever its head says (RFC 9112 §6.3). */
  readonly isHead: boolean;
}

/** @throws TypeError if `request` is neither a Request nor bytes */
export async function requestBytes(request: Request | Uint8Array | string): Promise<RequestBytes> {
  if (typeof request === 'string') return ofBytes(bytesOfText(request));
  // Bytes of any realm: test runners have classes of their own.
  if (ArrayBuffer.isView(request)) {
    return ofBytes(new Uint8Array(request.buffer, request.byteOffset, request.byteLength));
  }
  if (isRequest(request)) {
    return { bytes: await ofRequest(request), isHead: request.method === 'HEAD' };
  }
  const fits = 'a Request, or the bytes of one as a Uint8Array or a string';
  throw invalid(TypeError, 'request', request, fits);
}

/** True for a Request of any implementation: it has the members that are used here. */
function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null) return false;
  const { method, url, headers } = value as Record<string, unknown>;
  return typeof method === 'string' && typeof url === 'string' && typeof headers === 'object';
}

function ofBytes(bytes: Uint8Array): RequestBytes {
  return { bytes, isHead: startsWithHead(bytes) };
}

/** Empty lines before a request line are ignored (RFC 9112 §2.2). */
function startsWithHead(bytes: Uint8Array): boolean {
  let from = 0;
  while (bytes[from] === 0x0d || bytes[from] === 0x0a) from++;
  return latin1Of(bytes.subarray(from, from + 5)) === 'HEAD ';
}

function bytesOfText(text: string): Uint8Array {
  // A URL alone is no request. The caller was probably thinking of fetch().
  if (/^(\/|https?:)/.test(text)) {
    const fits = "a request's raw bytes; this looks like a URL: give new Request(url)";
    throw invalid(TypeError, 'request', text, fits);
  }
  return latin1Bytes(text);
}

async function ofRequest(request: Request): Promise<Uint8Array> {
  const { method, headers } = request;
  const url = new URL(request.url);
  const content = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const isChunked = content !== undefined && headers.get('transfer-encoding') === 'chunked';
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  head += `host: ${headers.get('host') ?? url.host}\r\n`;
  for (const [name, value] of headers) {
    if (name !== 'host' && name !== 'content-length') head += `${name}: ${value}\r\n`;
  }
  if (content === undefined) {
    // A method for which content is usual declares that there is none (RFC 9110 §8.6).
    const expected = method === 'POST' || method === 'PUT' || method === 'PATCH';
    return latin1Bytes(`${head}${expected ? 'content-length: 0\r\n' : ''}\r\n`);
  }
  if (!isChunked) {
    return joined([latin1Bytes(`${head}content-length: ${content.length}\r\n\r\n`), content]);
  }
  const size = content.length === 0 ? '' : `${content.length.toString(16)}\r\n`;
  const end = content.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n';
  return joined([latin1Bytes(`${head}\r\n${size}`), content, latin1Bytes(end)]);
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0xff) {
      const fits = `one byte a character, since it is a string, and ${shown(text.charAt(i))} at ${i} has none: give a Uint8Array`;
      throw invalid(TypeError, 'request', text, fits);
    }
    bytes[i] = c;
  }
  return bytes;
}

export function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (const c of bytes) text += String.fromCharCode(c);
  return text;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
