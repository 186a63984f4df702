// uri-host [ ":" port ]: the grammar of Host, of an authority-form target and of
// the authority in an absolute-form one (RFC 9110 §4.1, RFC 3986 §3.2). Bytes in,
// an offset or a refusal out.

import { HEX_VALUE, REG_NAME } from './bytes.js';

const PERCENT = 0x25;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const LETTER_V = 0x76;

const PORT_MAX = 65_535;

/** No valid host stands there. */
export const HOST_NONE = -1;

/** Whether `bytes[from, to)` is uri-host [ ":" port ] with a host that is not empty. */
export function isHost(bytes: Uint8Array, from: number, to: number): boolean {
  const hostTo = hostEnd(bytes, from, to);
  return hostTo !== HOST_NONE && (hostTo === to || isPort(bytes, hostTo, to));
}

/** Whether it is uri-host ":" port, both present: authority-form (RFC 9112 §3.2.3). */
export function isHostWithPort(bytes: Uint8Array, from: number, to: number): boolean {
  const hostTo = hostEnd(bytes, from, to);
  return hostTo !== HOST_NONE && to - hostTo > 1 && isPort(bytes, hostTo, to);
}

/** Where the host that starts at `from` ends, or {@link HOST_NONE}. It ends at a colon or at `to`. */
function hostEnd(bytes: Uint8Array, from: number, to: number): number {
  if (from < to && bytes[from] === OPEN) return literalEnd(bytes, from, to);
  const regName = REG_NAME;
  let i = from;
  while (i < to) {
    const c = bytes[i] as number;
    if (regName[c] === 1) i++;
    else if (c === PERCENT && isHexPair(bytes, i + 1, to)) i += 3;
    else break;
  }
  if (i === from || (i < to && bytes[i] !== COLON)) return HOST_NONE;
  return i;
}

function isHexPair(bytes: Uint8Array, at: number, to: number): boolean {
  return (
    at + 2 <= to &&
    HEX_VALUE[bytes[at] as number] !== 255 &&
    HEX_VALUE[bytes[at + 1] as number] !== 255
  );
}

/** port = *DIGIT after its colon; what it says fits a port number. */
function isPort(bytes: Uint8Array, colonAt: number, to: number): boolean {
  let port = 0;
  for (let i = colonAt + 1; i < to; i++) {
    const c = bytes[i] as number;
    if (c < ZERO || c > NINE) return false;
    port = port * 10 + (c - ZERO);
    if (port > PORT_MAX) return false;
  }
  return true;
}

/** IP-literal = "[" ( IPv6address / IPvFuture ) "]" */
function literalEnd(bytes: Uint8Array, from: number, to: number): number {
  let close = from + 1;
  while (close < to && bytes[close] !== CLOSE) close++;
  if (close >= to) return HOST_NONE;
  if (close + 1 < to && bytes[close + 1] !== COLON) return HOST_NONE;
  const inner = from + 1;
  const future = ((bytes[inner] as number) | 0x20) === LETTER_V;
  const valid = future ? isIpFuture(bytes, inner, close) : isIpv6(bytes, inner, close);
  return valid ? close + 1 : HOST_NONE;
}

/** IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
function isIpFuture(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from + 1;
  while (i < to && HEX_VALUE[bytes[i] as number] !== 255) i++;
  if (i === from + 1 || bytes[i] !== DOT || i + 1 >= to) return false;
  for (i++; i < to; i++) if (REG_NAME[bytes[i] as number] === 0 && bytes[i] !== COLON) return false;
  return true;
}

/** IPv6address: eight groups of 1*4HEXDIG, one run of them elided by "::", the last two perhaps an IPv4address. */
function isIpv6(bytes: Uint8Array, from: number, to: number): boolean {
  let groups = 0;
  let elided = false;
  let i = from;
  if (i + 1 < to && bytes[i] === COLON && bytes[i + 1] === COLON) {
    elided = true;
    i += 2;
  }
  while (i < to) {
    let groupTo = i;
    while (groupTo < to && HEX_VALUE[bytes[groupTo] as number] !== 255) groupTo++;
    if (groupTo < to && bytes[groupTo] === DOT) {
      groups += 2;
      return isIpv4(bytes, i, to) && (elided ? groups <= 7 : groups === 8);
    }
    if (groupTo === i || groupTo - i > 4) return false;
    groups++;
    i = groupTo;
    if (i === to) break;
    if (bytes[i] !== COLON) return false;
    i++;
    if (i < to && bytes[i] === COLON) {
      if (elided) return false;
      elided = true;
      i++;
    } else if (i === to) {
      return false;
    }
  }
  return elided ? groups <= 7 : groups === 8;
}

/** IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet, no leading zeros. */
function isIpv4(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from;
  for (let octets = 1; octets <= 4; octets++) {
    const octetFrom = i;
    let value = 0;
    while (
      i < to &&
      i - octetFrom < 3 &&
      (bytes[i] as number) >= ZERO &&
      (bytes[i] as number) <= NINE
    ) {
      value = value * 10 + (bytes[i] as number) - ZERO;
      i++;
    }
    if (i === octetFrom || value > 255 || (i - octetFrom > 1 && bytes[octetFrom] === ZERO))
      return false;
    if (octets < 4) {
      if (i >= to || bytes[i] !== DOT) return false;
      i++;
    }
  }
  return i === to;
}
