// A body that is complete, in the form that is cheapest to send.

import { latin1 } from '../latin1.js';

/**
 * A short body is a latin1 string, one byte a character. It is written together with the head, as
 * one string. A longer body is bytes, which need no copy. In both forms, `length` is the number of
 * bytes.
 */
export type WholeBody = string | Uint8Array;

/** Up to this size, another copy costs less than another buffer in the write. */
export const WHOLE_STRING_BYTES_MAX = 8192;

// Read once: the global `Buffer` is a getter, and `byteLength` is used for each reply.
const { byteLength } = Buffer;

/** `text` as UTF-8. */
export function wholeOfText(text: string): WholeBody {
  const length = byteLength(text);
  if (length > WHOLE_STRING_BYTES_MAX) return Buffer.from(text, 'utf8');
  // With as many bytes in UTF-8 as characters, the text is US-ASCII. Latin1 writes US-ASCII
  // unchanged. Other latin1 characters are two bytes in UTF-8, so their string can't be written
  // directly.
  return length === text.length ? text : latin1(Buffer.from(text, 'utf8'), 0, length);
}

export function wholeOfBytes(bytes: Uint8Array): WholeBody {
  return bytes.length > WHOLE_STRING_BYTES_MAX ? bytes : latin1(bytes, 0, bytes.length);
}

/** The bytes of a body in either form. */
export function wholeToBytes(whole: WholeBody): Uint8Array {
  return typeof whole === 'string' ? Buffer.from(whole, 'latin1') : whole;
}
