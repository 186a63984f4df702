// How a socket of Node's ends before its time, and who is told.

import type { Socket } from 'node:net';
import type { TransportAddress } from '../../conn/transport.js';

/** @param local its own address */
export function resetOrDestroy(
  socket: Socket & Partial<Pick<Socket, 'resetAndDestroy'>>,
  local: TransportAddress,
): void {
  // A Unix domain socket knows no reset. Node throws ERR_INVALID_HANDLE_TYPE. Other streams don't know it either.
  if (local.address !== '' && socket.resetAndDestroy !== undefined) socket.resetAndDestroy();
  else socket.destroy();
}

/** Tells an error to all who listen at the socket, but to its owner. Without them it is no uncaught exception. */
export function tellOthers(socket: Socket, error: Error, owner: (error: Error) => void): void {
  socket.off('error', owner);
  try {
    if (socket.listenerCount('error') > 0) socket.emit('error', error);
  } finally {
    socket.on('error', owner);
  }
}
