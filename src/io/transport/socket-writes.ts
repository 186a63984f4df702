// How pieces of a response are written to a socket.

import type { Socket } from 'node:net';

/** From here on a copy costs more than a record and a turn more. */
const MUCH_BYTES = 64 * 1024;

/**
 * A head and long content. Written as one, Node's TLS would copy all of it into new memory, and encrypt that. On its own,
 * the content is encrypted where it is.
 */
export function isHeadOfMuch(pieces: readonly (Uint8Array | string)[]): boolean {
  return pieces.length === 2 && (pieces[1]?.length ?? 0) >= MUCH_BYTES;
}

export function writeTo(socket: Socket, bytes: Uint8Array | string): void {
  if (typeof bytes === 'string') socket.write(bytes, 'latin1');
  else socket.write(bytes);
}
