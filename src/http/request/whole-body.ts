// A body that is there as a whole, in the form in which it is cheapest to send.

import { latin1 } from '../latin1.js';

/**
 * A string is latin1, one byte a character, and short: it is written together
 * with the head, as one string. Longer content is bytes, which need no copy. In
 * both, `length` is the number of bytes.
 */
export type WholeBody = string | Uint8Array;

/** Up to here, one copy more costs less than one buffer more in the write. */
export const WHOLE_STRING_BYTES_MAX = 8192;

// Bound once: the global is a getter, and this is asked for each reply.
const { byteLength } = Buffer;

/** `text` as UTF-8. */
export function wholeOfText(text: string): WholeBody {
  const length = byteLength(text);
  if (length > WHOLE_STRING_BYTES_MAX) return Buffer.from(text, 'utf8');
  // As long in UTF-8 as in characters: US-ASCII, of which latin1 is a superset. Other characters
  // of latin1 are two bytes in UTF-8, so the string itself must not be written for them.
  return length === text.length ? text : latin1(Buffer.from(text, 'utf8'), 0, length);
}

export function wholeOfBytes(bytes: Uint8Array): WholeBody {
  return bytes.length > WHOLE_STRING_BYTES_MAX ? bytes : latin1(bytes, 0, bytes.length);
}

/** The bytes of either form. */
export function wholeToBytes(whole: WholeBody): Uint8Array {
  return typeof whole === 'string' ? Buffer.from(whole, 'latin1') : whole;
}
