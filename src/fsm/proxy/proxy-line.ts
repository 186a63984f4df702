// Version 1 of the PROXY protocol: one line of text (proxy-protocol.txt §2.1). The line is complete
// when it is read here, and its only CR and LF are its end.

import { isText } from '../parse/bytes.js';
import { IP_BYTES, IPV4_AT, ipText, ipv4Text, readIpv4, readIpv6 } from '../parse/ip-address.js';
import type { ProxyAddress, ProxyHeader } from './proxy-header.js';

const SP = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const PORT_MAX = 65_535;

/** "PROXY " */
const PREFIX_BYTES = 6;
/** "UNKNOWN" */
const UNKNOWN_BYTES = 7;
/** "TCP4 " */
const FAMILY_BYTES = 5;

/** One address at a time is read. */
const VALUE = new Uint8Array(IP_BYTES);

/**
 * Reads `bytes[0, to)`, a line that begins with "PROXY ", without its CRLF.
 *
 * @returns the header, or the offset at which the line departs from the grammar
 */
export function readProxyLine(bytes: Uint8Array, to: number): ProxyHeader | number {
  const unknownTo = PREFIX_BYTES + UNKNOWN_BYTES;
  if (unknownTo <= to && isText(bytes, PREFIX_BYTES, unknownTo, 'UNKNOWN')) {
    // Whatever stands behind it is ignored.
    if (unknownTo < to && bytes[unknownTo] !== SP) return unknownTo;
    return { version: 1, kind: 'unknown', source: undefined, destination: undefined };
  }
  const familyTo = PREFIX_BYTES + FAMILY_BYTES;
  const isIpv6 = isText(bytes, PREFIX_BYTES, Math.min(familyTo, to), 'TCP6 ');
  if (!isIpv6 && !isText(bytes, PREFIX_BYTES, Math.min(familyTo, to), 'TCP4 ')) return PREFIX_BYTES;

  const sourceTo = wordEnd(bytes, familyTo, to);
  const destinationTo = wordEnd(bytes, sourceTo + 1, to);
  const portTo = wordEnd(bytes, destinationTo + 1, to);
  const source = addressAt(bytes, familyTo, sourceTo, isIpv6);
  if (source === undefined) return familyTo;
  const destination = addressAt(bytes, sourceTo + 1, destinationTo, isIpv6);
  if (destination === undefined) return Math.min(sourceTo + 1, to);
  const sourcePort = portAt(bytes, destinationTo + 1, portTo);
  if (sourcePort < 0) return Math.min(destinationTo + 1, to);
  // What follows the last port is part of it, so it is no port.
  const destinationPort = portAt(bytes, portTo + 1, to);
  if (destinationPort < 0) return Math.min(portTo + 1, to);
  return {
    version: 1,
    kind: 'proxy',
    source: { address: source, port: sourcePort },
    destination: { address: destination, port: destinationPort },
  };
}

/** The place of the next space, or `to`. */
function wordEnd(bytes: Uint8Array, from: number, to: number): number {
  let i = Math.min(from, to);
  while (i < to && bytes[i] !== SP) i++;
  return i;
}

function addressAt(
  bytes: Uint8Array,
  from: number,
  to: number,
  isIpv6: boolean,
): ProxyAddress['address'] | undefined {
  if (isIpv6) return readIpv6(bytes, from, to, VALUE) ? ipText(VALUE) : undefined;
  return readIpv4(bytes, from, to, VALUE, IPV4_AT) ? ipv4Text(VALUE, IPV4_AT) : undefined;
}

/** A decimal number up to 65,535 without leading zeros, or −1. */
function portAt(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to || to - from > 5 || (to - from > 1 && bytes[from] === ZERO)) return -1;
  let port = 0;
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number;
    if (c < ZERO || c > NINE) return -1;
    port = port * 10 + (c - ZERO);
  }
  return port <= PORT_MAX ? port : -1;
}
