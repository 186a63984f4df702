// Version 2 of the PROXY protocol: a block of bytes (proxy-protocol.txt §2.2). What follows the
// addresses, the TLVs, is skipped by its length and not looked at.

import { IP_BYTES, ipText, ipv4Text } from '../parse/ip-address.js';
import type { ProxyAddress, ProxyHeader } from './proxy-header.js';

/** The part of fixed size: the signature, the command, the family, and the length of the rest. */
export const BLOCK_HEAD_BYTES = 16;
export const COMMAND_AT = 12;
export const FAMILY_AT = 13;
export const LENGTH_AT = 14;
/** The two addresses of Unix domain sockets are the largest. */
export const ADDRESSES_BYTES_MAX = 216;

const LOCAL = 0x20;
const PROXY = 0x21;

/** The sizes of both addresses with their ports, by family: unspecified, IPv4, IPv6, Unix. */
const ADDRESSES_BYTES: readonly number[] = [0, 12, 36, ADDRESSES_BYTES_MAX];
const IPV4 = 1;
const IPV6 = 2;
/** Unspecified, stream, datagram. */
const PROTOCOL_MAX = 2;

/** Version 2, and one of its two commands. Others must be dropped. */
export function isCommand(byte: number): boolean {
  return byte === LOCAL || byte === PROXY;
}

/** True if `bytes` is a command whose connection is the proxy's own. Its family means nothing. */
export function isLocal(command: number): boolean {
  return command === LOCAL;
}

/** A family and a protocol that version 2 knows. Others must be rejected. */
export function isFamily(byte: number): boolean {
  return byte >> 4 < ADDRESSES_BYTES.length && (byte & 0x0f) <= PROTOCOL_MAX;
}

/** How many bytes of addresses a block of this command and family has. */
export function addressesBytes(command: number, family: number): number {
  // Without a protocol the addresses are of unspecified form.
  if (isLocal(command) || (family & 0x0f) === 0) return 0;
  return ADDRESSES_BYTES[family >> 4] as number;
}

/** Reads a block whose head was checked and whose addresses have come. */
export function readProxyBlock(bytes: Uint8Array): ProxyHeader {
  const command = bytes[COMMAND_AT] as number;
  const family = bytes[FAMILY_AT] as number;
  if (isLocal(command)) {
    return { version: 2, kind: 'local', source: undefined, destination: undefined };
  }
  if (addressesBytes(command, family) === 0) {
    return { version: 2, kind: 'unknown', source: undefined, destination: undefined };
  }
  const [source, destination] = addressesAt(bytes, family >> 4);
  return { version: 2, kind: 'proxy', source, destination };
}

function addressesAt(bytes: Uint8Array, family: number): [ProxyAddress, ProxyAddress] {
  const from = BLOCK_HEAD_BYTES;
  if (family === IPV4) {
    return [
      { address: ipv4Text(bytes, from), port: uint16At(bytes, from + 8) },
      { address: ipv4Text(bytes, from + 4), port: uint16At(bytes, from + 10) },
    ];
  }
  if (family === IPV6) {
    const between = from + IP_BYTES;
    const to = between + IP_BYTES;
    return [
      { address: ipText(bytes.subarray(from, between)), port: uint16At(bytes, to) },
      { address: ipText(bytes.subarray(between, to)), port: uint16At(bytes, to + 2) },
    ];
  }
  // The paths of Unix domain sockets are no address of a client.
  return [
    { address: '', port: 0 },
    { address: '', port: 0 },
  ];
}

export function uint16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
