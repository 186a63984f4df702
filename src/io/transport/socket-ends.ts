// The two ends of a socket of Node's, as a transport tells them: no address and no port where the socket has none.

import type { Socket } from 'node:net';
import type { TransportAddress } from '../../conn/transport.js';

export function remoteOf(socket: Socket): TransportAddress {
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}

export function localOf(socket: Socket): TransportAddress {
  return { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
}

/**
 * The kernel knows no other end any more: there was a reset. False where it can't be asked.
 *
 * Node's TLS may lose the error of a write of its own, such as that of session tickets. Then nothing that is written later
 * is told to be written, or to have failed.
 */
export function hasForgottenPeer(socket: Socket): boolean {
  // A boundary: the handle of a TCP connection. Those of other streams don't know an address.
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { getpeername?(found: object): number } | null;
  };
  return typeof handle?.getpeername === 'function' && handle.getpeername({}) !== 0;
}
