// IP addresses in text: IPv4address and IPv6address of RFC 3986 §3.2.2. Their value is 16 bytes, an
// IPv4 address as IPv6 maps it (RFC 4291 §2.5.5.2). So each address has one value, whatever its text.

import { HEX_VALUE } from './bytes.js';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/** The size of an address as a value. */
export const IP_BYTES = 16;
/** Where the four bytes of an IPv4 address stand in its value. */
export const IPV4_AT = 12;

/**
 * IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet, without leading zeros. Its four
 * bytes are written to `value` at `at`. False where the text is no such address.
 */
export function readIpv4(
  bytes: Uint8Array,
  from: number,
  to: number,
  value: Uint8Array,
  at: number,
): boolean {
  let i = from;
  for (let octet = 0; octet < 4; octet++) {
    const octetFrom = i;
    let number = 0;
    while (
      i < to &&
      i - octetFrom < 3 &&
      (bytes[i] as number) >= ZERO &&
      (bytes[i] as number) <= NINE
    ) {
      number = number * 10 + (bytes[i] as number) - ZERO;
      i++;
    }
    if (i === octetFrom || number > 255 || (i - octetFrom > 1 && bytes[octetFrom] === ZERO))
      return false;
    value[at + octet] = number;
    if (octet < 3) {
      if (i >= to || bytes[i] !== DOT) return false;
      i++;
    }
  }
  return i === to;
}

/**
 * IPv6address: eight groups of 1*4HEXDIG. "::" may replace one run of groups. The last two groups
 * may be an IPv4address. The 16 bytes are written to `value`. False where the text is no such address.
 */
export function readIpv6(bytes: Uint8Array, from: number, to: number, value: Uint8Array): boolean {
  let groups = 0;
  /** The number of groups before "::", or −1 without it. */
  let elidedAt = -1;
  let i = from;
  if (i + 1 < to && bytes[i] === COLON && bytes[i + 1] === COLON) {
    elidedAt = 0;
    i += 2;
  }
  while (i < to) {
    let groupTo = i;
    let group = 0;
    while (groupTo < to && HEX_VALUE[bytes[groupTo] as number] !== 255) {
      group = ((group << 4) | (HEX_VALUE[bytes[groupTo] as number] as number)) & 0xffff;
      groupTo++;
    }
    if (groupTo < to && bytes[groupTo] === DOT) {
      if (groups > 6 || !readIpv4(bytes, i, to, value, 2 * groups)) return false;
      groups += 2;
      break;
    }
    if (groupTo === i || groupTo - i > 4 || groups === 8) return false;
    value[2 * groups] = group >> 8;
    value[2 * groups + 1] = group & 0xff;
    groups++;
    i = groupTo;
    if (i === to) break;
    if (bytes[i] !== COLON) return false;
    i++;
    if (i < to && bytes[i] === COLON) {
      if (elidedAt >= 0) return false;
      elidedAt = groups;
      i++;
    } else if (i === to) {
      return false;
    }
  }
  if (elidedAt < 0) return groups === 8;
  if (groups > 7) return false;
  // The groups behind "::" go to the end; zeros take their place.
  value.copyWithin(IP_BYTES - 2 * (groups - elidedAt), 2 * elidedAt, 2 * groups);
  value.fill(0, 2 * elidedAt, IP_BYTES - 2 * (groups - elidedAt));
  return true;
}

/** The value of an address in text, without brackets and zone; undefined where the text is none. */
export function ipValue(text: string): Uint8Array | undefined {
  // The longest address is eight groups whose last two are an IPv4 address.
  if (text.length > 45) return undefined;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x7f) return undefined;
    bytes[i] = c;
  }
  const value = new Uint8Array(IP_BYTES);
  if (text.includes(':')) {
    return readIpv6(bytes, 0, bytes.length, value) ? value : undefined;
  }
  if (!readIpv4(bytes, 0, bytes.length, value, IPV4_AT)) return undefined;
  value.fill(0xff, IPV4_AT - 2, IPV4_AT);
  return value;
}

/** True for an IPv4 address, also one that came as IPv6 maps it: `::ffff:192.0.2.1`. */
export function isIpv4Value(value: Uint8Array): boolean {
  for (let i = 0; i < IPV4_AT - 2; i++) if (value[i] !== 0) return false;
  return value[IPV4_AT - 2] === 0xff && value[IPV4_AT - 1] === 0xff;
}

/** The canonical text of `value`: an IPv4 address without its mapping, IPv6 as RFC 5952 §4 writes it. */
export function ipText(value: Uint8Array): string {
  if (isIpv4Value(value)) return ipv4Text(value, IPV4_AT);
  const { from, to } = longestZeros(value);
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === from) {
      text += '::';
      group = to - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += groupAt(value, group).toString(16);
  }
  return text;
}

/** The four bytes from `at` on, in dotted decimals. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function groupAt(value: Uint8Array, group: number): number {
  return ((value[2 * group] as number) << 8) | (value[2 * group + 1] as number);
}

/** The first of the longest runs of zero groups. A single group is no run (RFC 5952 §4.2.2). */
function longestZeros(value: Uint8Array): { readonly from: number; readonly to: number } {
  let longest = { from: 8, to: 8 };
  for (let group = 0; group < 8; ) {
    let to = group;
    while (to < 8 && groupAt(value, to) === 0) to++;
    if (to - group > Math.max(1, longest.to - longest.from)) longest = { from: group, to };
    group = to + 1;
  }
  return longest;
}
