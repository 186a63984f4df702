// How the client finds the end of a response's content, and whether there is content: pure
// functions of four facts (RFC 9112 §6.3, RFC 9110 §8.6 and §15).

/** The content is streamed, and its length was not declared. */
export const LENGTH_UNKNOWN = -1;
/** No content was given. This differs from content of no bytes: see HEAD and 304. */
export const LENGTH_NONE = -2;

/** No Content-Length and no Transfer-Encoding. */
export const SEND_NO_LENGTH = -1;
/** `Transfer-Encoding: chunked` */
export const SEND_CHUNKED = -2;
/** The end of the connection ends the content, so the connection must close. */
export const SEND_UNTIL_CLOSE = -3;

/** A Content-Length of 0 or more, or one of the three constants above. */
export type ReplyFraming = number;

/** True if content follows the head. A 205 has none (RFC 9110 §15.3.6). */
export function sendsContent(status: number, isHead: boolean): boolean {
  return !isHead && status >= 200 && status !== 204 && status !== 205 && status !== 304;
}

/**
 * @param status status of the response
 * @param isHead true if the method of the request is HEAD
 * @param versionMinor minor version of the request: an HTTP/1.0 client doesn't know the chunked
 * coding
 * @param length bytes of content, `LENGTH_UNKNOWN` or `LENGTH_NONE`
 */
export function replyFraming(
  status: number,
  isHead: boolean,
  versionMinor: number,
  length: number,
): ReplyFraming {
  // A server MUST NOT send either field in a 1xx or 204 (RFC 9110 §8.6, RFC 9112 §6.1).
  if (status < 200 || status === 204) return SEND_NO_LENGTH;
  if (status === 205) return 0;
  // Content-Length is that of a GET with a 200, or is left out (RFC 9110 §8.6). Without content, 0
  // would be a guess, and caches would believe it.
  if (isHead || status === 304) return length >= 0 ? length : SEND_NO_LENGTH;
  if (length >= 0) return length;
  if (length === LENGTH_NONE) return 0;
  return versionMinor >= 1 ? SEND_CHUNKED : SEND_UNTIL_CLOSE;
}
