// The host names that a URL can have. RFC 3986 §3.2.2 leaves the meaning of a reg-name open. Every
// client and every `new URL(request.url)` of a handler uses the host parser of the URL Standard.
// This file has its rules that need no Unicode tables. Whether Unicode allows a name is not decided
// here.

import { HEX_VALUE } from './bytes.js';

const PERCENT = 0x25;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_Z = 0x7a;
const LETTER_N = 0x6e;
const LETTER_X = 0x78;
const DEL = 0x7f;

/**
 * In a decoded name, this byte replaces each byte that no rule here looks at. It is a byte of
 * reg-name.
 */
const ANY_BYTE = 0x21;

/**
 * The visible characters that a name must not have (URL Standard, 'forbidden domain code point').
 * Control characters are forbidden too.
 */
const FORBIDDEN = ' #/:<>?@[\\]^|%';

/** One past the greatest last number of an IPv4 address, by how many octets it fills. */
const LAST_PART_END: readonly number[] = [0, 256, 65_536, 16_777_216, 4_294_967_296];

/** True where a label begins with "xn--", the mark of punycode (RFC 5890 §2.3.2.5). */
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
 * True for a name whose last label `[labelFrom, labelTo)` is a number, but that is no IPv4 address:
 * `256.256.256.256`, `1.2.3.4.5`, `foo.0x4`. A client takes such a name for an address.
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

/**
 * One to four numbers, with dots between them. Each number is one octet; the last fills all octets
 * that remain.
 */
function isIpv4(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from;
  for (let left = 4; left > 0; left--) {
    let partTo = i;
    while (partTo < to && bytes[partTo] !== DOT) partTo++;
    const value = ipv4Number(bytes, i, partTo);
    if (value < 0) return false;
    if (partTo === to) return value < (LAST_PART_END[left] as number);
    if (value > 255) return false;
    i = partTo + 1;
  }
  return false;
}

/**
 * Decimal, octal after 0, or hexadecimal after 0x, where digits may be missing. -1 where it is no
 * number.
 */
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
 * The name with its pct-encoded triples decoded. Bytes that no rule here looks at become {@link
 * ANY_BYTE}. Undefined where a triple is broken or encodes a forbidden character: `a%2fb` would
 * move the end of the host.
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

/** True where `[from, to)` encodes a byte beyond US-ASCII. */
export function encodesUnicode(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (bytes[i] === PERCENT && (HEX_VALUE[bytes[i + 1] as number] as number) > 7) return true;
  }
  return false;
}

/**
 * True where a label that begins with "xn--" encodes a byte beyond US-ASCII too. Punycode is
 * US-ASCII alone (RFC 3492 §5), so no URL takes such a label.
 */
export function mixesPunycode(bytes: Uint8Array, from: number, to: number): boolean {
  let labelFrom = from;
  let unicode = false;
  for (let i = from; i <= to; ) {
    const encoded = i < to && bytes[i] === PERCENT;
    const high = encoded ? (HEX_VALUE[bytes[i + 1] as number] as number) : 0;
    if (high > 7) unicode = true;
    const isDot = encoded
      ? high === 2 && ((bytes[i + 2] as number) | 0x20) === LETTER_E
      : bytes[i] === DOT;
    const next = i + (encoded ? 3 : 1);
    if (i === to || isDot) {
      const name = unicode ? decodedName(bytes, labelFrom, i) : undefined;
      if (name !== undefined && isAceLabel(name, 0, name.length)) return true;
      labelFrom = next;
      unicode = false;
    }
    i = next;
  }
  return false;
}

/**
 * True where a punycode label may have this character beyond US-ASCII. Such a character is
 * assigned, is no control and no space, and is its own canonical spelling. UTS 46 has more rules,
 * for whole labels and for single characters. They need further tables, so the platform checks
 * them.
 */
export function mayBeInName(codePoint: number): boolean {
  return !NEVER_IN_NAME.test(String.fromCodePoint(codePoint));
}

/**
 * Sharp s, final sigma and the two joiners are their own spelling since 2008 (UTS 46 §4,
 * deviations).
 */
const NEVER_IN_NAME = /(?![\u00df\u03c2\u200c\u200d])[\p{C}\p{Z}\p{Changes_When_NFKC_Casefolded}]/u;

function isForbidden(c: number): boolean {
  return c < 0x20 || c === DEL || FORBIDDEN.includes(String.fromCharCode(c));
}

/** The bytes that the rules here look at: letters, digits, hyphen and dot. */
function isNameByte(c: number): boolean {
  if (c === HYPHEN || c === DOT || (c >= ZERO && c <= NINE)) return true;
  // Only letters have two cases: bit 5 alone would turn "@" into "`".
  const folded = c | 0x20;
  return c < DEL && folded >= LETTER_A && folded <= LETTER_Z;
}
