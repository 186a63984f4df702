// The two ends of a socket of Node's, as a transport tells them: no address and no port where the socket has none.

import type { Socket } from 'node:net';
import type { TransportAddress } from '../conn/transport.js';

export function remoteOf(socket: Socket): TransportAddress {
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}

export function localOf(socket: Socket): TransportAddress {
  return { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
}
