// Which names a URL can have. RFC 3986 §3.2.2 leaves the meaning of a reg-name to
// whoever resolves it; what resolves it is the URL Standard's host parser, in every
// client and in the handler that says `new URL(request.url)`. Its rules that need no
// tables of Unicode stand here. Whether Unicode allows a name is not decided here.

import { HEX_VALUE } from './bytes.js';

const PERCENT = 0x25;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_A = 0x61;
const LETTER_Z = 0x7a;
const LETTER_N = 0x6e;
const LETTER_X = 0x78;
const DEL = 0x7f;

/** Stands in a decoded name for a byte that decides nothing here. It is one of reg-name. */
const ANY_BYTE = 0x21;

/** Forbidden in a name beside the control characters, all of them visible (URL Standard, 'forbidden domain code point'). */
const FORBIDDEN = ' #/:<>?@[\\]^|%';

/** Whether a label says that it is punycode, by "xn--" in front (RFC 5890 §2.3.2.5). */
export function isAceLabel(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from >= 4 &&
    ((bytes[from] as number) | 0x20) === LETTER_X &&
    ((bytes[from + 1] as number) | 0x20) === LETTER_N &&
    bytes[from + 2] === HYPHEN &&
    bytes[from + 3] === HYPHEN
  );
}

/**
 * Whether a name whose last label is `[labelFrom, labelTo)` is no IPv4 address though that label is a
 * number: `256.256.256.256`, `1.2.3.4.5`, `foo.0x4`. A client takes such a name for an address.
 */
export function isFailedIpv4(
  bytes: Uint8Array,
  from: number,
  labelFrom: number,
  labelTo: number,
): boolean {
  const c = bytes[labelFrom] as number;
  if (labelFrom === labelTo || c < ZERO || c > NINE) return false;
  if (!isDecimal(bytes, labelFrom, labelTo) && ipv4Number(bytes, labelFrom, labelTo) < 0)
    return false;
  return !isIpv4(bytes, from, labelTo);
}

/** One to four numbers with dots between them. Each is an octet, but the last fills all that remain. */
function isIpv4(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from;
  for (let left = 4; left > 0; left--) {
    let partTo = i;
    while (partTo < to && bytes[partTo] !== DOT) partTo++;
    const value = ipv4Number(bytes, i, partTo);
    if (value < 0) return false;
    if (partTo === to) return value < 256 ** left;
    if (value > 255) return false;
    i = partTo + 1;
  }
  return false;
}

/** Decimal, octal behind a 0, hexadecimal behind 0x (which may be all there is); -1 for what is none. */
function ipv4Number(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return -1;
  let radix = 10;
  let i = from;
  if (bytes[i] === ZERO && to - from > 1) {
    const hexadecimal = ((bytes[i + 1] as number) | 0x20) === LETTER_X;
    radix = hexadecimal ? 16 : 8;
    i += hexadecimal ? 2 : 1;
  }
  let value = 0;
  for (; i < to; i++) {
    const digit = HEX_VALUE[bytes[i] as number] as number;
    if (digit >= radix) return -1;
    value = value * radix + digit;
  }
  return value;
}

function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++)
    if ((bytes[i] as number) < ZERO || (bytes[i] as number) > NINE) return false;
  return true;
}

/**
 * What a name with pct-encoded triples says, for the rules here: bytes that decide nothing are all the
 * same. Undefined where a triple is broken or encodes what no name may hold: `a%2fb` would move the
 * end of the host.
 */
export function decodedName(bytes: Uint8Array, from: number, to: number): Uint8Array | undefined {
  const decoded: number[] = [];
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number;
    if (c !== PERCENT) {
      decoded.push(c);
      continue;
    }
    if (i + 2 >= to) return undefined;
    const high = HEX_VALUE[bytes[i + 1] as number] as number;
    const low = HEX_VALUE[bytes[i + 2] as number] as number;
    if (high > 15 || low > 15) return undefined;
    const octet = high * 16 + low;
    if (isForbidden(octet)) return undefined;
    decoded.push(isNameByte(octet) ? octet : ANY_BYTE);
    i += 2;
  }
  return new Uint8Array(decoded);
}

/** Whether `[from, to)` encodes a byte beyond US-ASCII. */
export function encodesUnicode(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (bytes[i] === PERCENT && (HEX_VALUE[bytes[i + 1] as number] as number) > 7) return true;
  }
  return false;
}

/**
 * Whether a character beyond US-ASCII may stand in a punycode label: it is assigned, no control, no
 * space, and its own canonical spelling. UTS 46 has further rules, of a label as a whole and of single
 * characters, which need tables of their own: they are left to the platform.
 */
export function mayBeInName(codePoint: number): boolean {
  return !NEVER_IN_NAME.test(String.fromCodePoint(codePoint));
}

/** Sharp s, final sigma and the two joiners are their own spelling since 2008 (UTS 46 §4, deviations). */
const NEVER_IN_NAME = /(?![\u00df\u03c2\u200c\u200d])[\p{C}\p{Z}\p{Changes_When_NFKC_Casefolded}]/u;

function isForbidden(c: number): boolean {
  return c < 0x20 || c === DEL || FORBIDDEN.includes(String.fromCharCode(c));
}

/** Bytes that the rules here look at: letters, digits, hyphen and dot. */
function isNameByte(c: number): boolean {
  if (c === HYPHEN || c === DOT || (c >= ZERO && c <= NINE)) return true;
  // Only letters fold: with bit 5 alone, "@" would become "`".
  const folded = c | 0x20;
  return c < DEL && folded >= LETTER_A && folded <= LETTER_Z;
}
