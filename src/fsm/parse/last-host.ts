// The last host that was found to be plain. Nearly all requests of a server name the same host, and to
// compare its bytes costs a quarter of reading it by all rules. What is remembered follows from the
// bytes alone, so the answer for a host is always the same.

import { HOST_PLAIN, type HostKind, hostKind } from './uri-host.js';

/** A longer host is read by the rules each time. */
const REMEMBERED_BYTES_MAX = 64;

const last: Uint8Array = new Uint8Array(REMEMBERED_BYTES_MAX);
let lastLength = 0;

/** As {@link hostKind}. */
export function rememberedHostKind(bytes: Uint8Array, from: number, to: number): HostKind {
  if (isLast(bytes, from, to)) return HOST_PLAIN;
  const kind = hostKind(bytes, from, to);
  if (kind === HOST_PLAIN && to - from <= REMEMBERED_BYTES_MAX) remember(bytes, from, to);
  return kind;
}

/** False at first: an empty host is none. */
function isLast(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== lastLength || lastLength === 0) return false;
  for (let i = from, at = 0; i < to; i++, at++) if (bytes[i] !== last[at]) return false;
  return true;
}

function remember(bytes: Uint8Array, from: number, to: number): void {
  for (let i = from, at = 0; i < to; i++, at++) last[at] = bytes[i] as number;
  lastLength = to - from;
}
