// How the client is told where a response's content ends, and whether there is
// any: pure functions of four facts (RFC 9112 §6.3, RFC 9110 §8.6 and §15).

/** The content is streamed and nobody declared its length. */
export const LENGTH_UNKNOWN = -1;
/** No content was given at all, which is not the same as content of no bytes: see HEAD and 304. */
export const LENGTH_NONE = -2;

/** No Content-Length and no Transfer-Encoding. */
export const SEND_NO_LENGTH = -1;
/** `Transfer-Encoding: chunked` */
export const SEND_CHUNKED = -2;
/** The end of the connection ends the content: it must close then. */
export const SEND_UNTIL_CLOSE = -3;

/** A Content-Length of 0 or more, or one of the three constants above. */
export type ReplyFraming = number;

/** Whether content follows the head. A 205 has none, by RFC 9110 §15.3.6. */
export function sendsContent(status: number, isHead: boolean): boolean {
  return !isHead && status >= 200 && status !== 204 && status !== 205 && status !== 304;
}

/**
 * @param status of the response
 * @param isHead whether the request's method is HEAD
 * @param versionMinor of the request: an HTTP/1.0 client doesn't know chunked
 * @param length of the content in bytes, `LENGTH_UNKNOWN` or `LENGTH_NONE`
 */
export function replyFraming(
  status: number,
  isHead: boolean,
  versionMinor: number,
  length: number,
): ReplyFraming {
  // A server MUST NOT send either in a 1xx or 204 (RFC 9110 §8.6, RFC 9112 §6.1).
  if (status < 200 || status === 204) return SEND_NO_LENGTH;
  if (status === 205) return 0;
  // Content-Length is what a GET with a 200 would have had, or is left out (RFC 9110 §8.6):
  // where no content was given, 0 would be a guess, and caches would believe it.
  if (isHead || status === 304) return length >= 0 ? length : SEND_NO_LENGTH;
  if (length >= 0) return length;
  if (length === LENGTH_NONE) return 0;
  return versionMinor >= 1 ? SEND_CHUNKED : SEND_UNTIL_CLOSE;
}
