// uri-host [ ":" port ]: the grammar of Host, of an authority-form target, and of the authority in
// an absolute-form target (RFC 9110 §4.1, RFC 3986 §3.2). Hosts that no URL can have are left out.
// Bytes in, a kind out.

import { LABEL } from './bytes.js';
import {
  decodedName,
  encodesUnicode,
  isAceLabel,
  isFailedIpv4,
  mixesPunycode,
} from './host-name.js';
import { IP_BYTES, readIpv6 } from './ip-address.js';
import { isPunycode } from './punycode.js';

const PERCENT = 0x25;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN = 0x5b;
const CLOSE = 0x5d;

const PORT_MAX = 65_535;

/** Takes the value of an IP literal, which nobody asks for here. */
const VALUE = new Uint8Array(IP_BYTES);

/** No host, or a host that no URL can have. */
export const HOST_NONE = 0;
/** A valid host. */
export const HOST_PLAIN = 1;
/**
 * A host that is valid if Unicode allows its name. It has a punycode label, or encodes characters
 * beyond US-ASCII.
 */
export const HOST_INTERNATIONAL = 2;
export type HostKind = typeof HOST_NONE | typeof HOST_PLAIN | typeof HOST_INTERNATIONAL;

/**
 * The kind of `bytes[from, to)` as uri-host [ ":" port ]. An empty host is no host (RFC 9110
 * §4.2.1). A host that the URL Standard refuses is no host either.
 */
export function hostKind(bytes: Uint8Array, from: number, to: number): HostKind {
  if (from < to && bytes[from] === OPEN) {
    const literalTo = literalEnd(bytes, from, to);
    return literalTo > 0 && isPortOrNone(bytes, literalTo, to) ? HOST_PLAIN : HOST_NONE;
  }
  const label = LABEL;
  let kind: HostKind = HOST_PLAIN;
  let labelBefore = from;
  let labelFrom = from;
  let i = from;
  for (;;) {
    while (i < to && label[bytes[i] as number] === 1) i++;
    if (i < to && bytes[i] === PERCENT) return encodedHostKind(bytes, from, to);
    if (isAceLabel(bytes, labelFrom, i)) {
      if (!isPunycode(bytes, labelFrom + 4, i)) return HOST_NONE;
      kind = HOST_INTERNATIONAL;
    }
    if (i === to || bytes[i] !== DOT) break;
    labelBefore = labelFrom;
    labelFrom = ++i;
  }
  if (i === from || !isPortOrNone(bytes, i, to)) return HOST_NONE;
  // A single dot may end a name. It stands for the root, and the label before it is the last label.
  const rooted = labelFrom === i;
  const lastFrom = rooted ? labelBefore : labelFrom;
  return isFailedIpv4(bytes, from, lastFrom, rooted ? i - 1 : i) ? HOST_NONE : kind;
}

/** As {@link hostKind}, for authority-form: uri-host ":" port, both present (RFC 9112 §3.2.3). */
export function hostWithPortKind(bytes: Uint8Array, from: number, to: number): HostKind {
  // Only the colon before a port is followed by digits alone; an IP literal ends in a bracket.
  const last = to > from ? (bytes[to - 1] as number) : 0;
  if (last < ZERO || last > NINE) return HOST_NONE;
  let colonAt = to - 1;
  while (colonAt > from && bytes[colonAt] !== COLON && bytes[colonAt] !== CLOSE) colonAt--;
  return bytes[colonAt] === COLON ? hostKind(bytes, from, to) : HOST_NONE;
}

/**
 * The kind of a name with pct-encoded triples. Such names are rare, so the name is decoded into new
 * memory.
 */
function encodedHostKind(bytes: Uint8Array, from: number, to: number): HostKind {
  let nameTo = from;
  while (nameTo < to && bytes[nameTo] !== COLON) nameTo++;
  const name = decodedName(bytes, from, nameTo);
  if (name === undefined || !isPortOrNone(bytes, nameTo, to)) return HOST_NONE;
  const kind = hostKind(name, 0, name.length);
  if (kind === HOST_NONE || !encodesUnicode(bytes, from, nameTo)) return kind;
  return mixesPunycode(bytes, from, nameTo) ? HOST_NONE : HOST_INTERNATIONAL;
}

/** True for nothing, or for a colon and a port. */
function isPortOrNone(bytes: Uint8Array, at: number, to: number): boolean {
  return at === to || (bytes[at] === COLON && isPort(bytes, at, to));
}

/** port = *DIGIT after its colon, up to 65,535. */
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

/**
 * The end of an IP-literal, "[" IPv6address "]", or 0 if there is none. The grammar also has
 * IPvFuture, for addresses that don't exist yet. No URL takes one.
 */
function literalEnd(bytes: Uint8Array, from: number, to: number): number {
  let close = from + 1;
  while (close < to && bytes[close] !== CLOSE) close++;
  return close < to && readIpv6(bytes, from + 1, close, VALUE) ? close + 1 : 0;
}
