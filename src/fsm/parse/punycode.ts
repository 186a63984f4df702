// Checks whether a text is punycode (RFC 3492): the part of a label after "xn--". Each decoded
// character is checked; none is kept.

import { mayBeInName } from './host-name.js';

const HYPHEN = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

// RFC 3492 §5.
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 0x80;

const CODE_POINT_MAX = 0x10ffff;

/**
 * True where `bytes[from, to)` decodes to characters that a name may have, at least one of them
 * beyond US-ASCII. A label with no such character also has a plain spelling. Two spellings would be
 * two names for one host.
 */
export function isPunycode(bytes: Uint8Array, from: number, to: number): boolean {
  let delimiter = to - 1;
  while (delimiter >= from && bytes[delimiter] !== HYPHEN) delimiter--;
  // The basic code points stand before the last delimiter, if there is one (RFC 3492 §6.2).
  let count = delimiter > from ? delimiter - from : 0;
  let i = delimiter >= from ? delimiter + 1 : from;
  if (i === to) return false;
  let n = INITIAL_N;
  let bias = INITIAL_BIAS;
  let place = 0;
  while (i < to) {
    const placeBefore = place;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      if (i === to) return false;
      const digit = digitOf(bytes[i++] as number);
      if (digit < 0) return false;
      place += digit * weight;
      // Beyond this place there are no code points left. The bound also keeps the numbers exact.
      if (place > (CODE_POINT_MAX + 1) * (count + 1)) return false;
      const threshold = k <= bias ? T_MIN : Math.min(k - bias, T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    count++;
    bias = adapted(place - placeBefore, count, placeBefore === 0);
    n += Math.floor(place / count);
    place = (place % count) + 1;
    if (n > CODE_POINT_MAX || !mayBeInName(n)) return false;
  }
  return true;
}

/** RFC 3492 §6.1 */
function adapted(delta: number, count: number, first: boolean): number {
  let left = Math.floor(delta / (first ? DAMP : 2));
  left += Math.floor(left / count);
  let k = 0;
  for (; left > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) left = Math.floor(left / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW));
}

/**
 * The value of a digit (RFC 3492 §5): 0 to 25 for a to z in either case, 26 to 35 for 0 to 9. Below
 * 0 for any other byte.
 */
function digitOf(c: number): number {
  if (c >= ZERO && c <= NINE) return c - ZERO + 26;
  const folded = c | 0x20;
  return folded <= LOWER_Z ? folded - LOWER_A : -1;
}
