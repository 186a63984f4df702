// How a response of node:http's own ends: it has handed over all it has, and it is closed.

import type { FacadeSocket } from './facade-socket.js';
import { emitSafely } from './host-calls.js';
import type { InnerResponse } from './node-internals.js';

/** Of each response: `end()` calls it when it has handed everything to its socket. */
export function finishAll(this: InnerResponse): void {
  const { socket } = this as unknown as { socket: FacadeSocket | null };
  const prototype = Object.getPrototypeOf(this) as InnerResponse;
  prototype._finish.call(this);
  socket?.endMessage(this);
}

/** All of it has left. Errors of calls after its end are told first, and only to those that are not destroyed. */
export function closeSettled(res: InnerResponse): void {
  if (res._eventsCount > 0 || !res.writableFinished) process.nextTick(closeResponse, res);
  else {
    res.destroyed = true;
    res._closed = true;
  }
}

export function closeResponse(res: InnerResponse): void {
  if (res._closed) return;
  res.destroyed = true;
  res._closed = true;
  emitSafely(res, 'close');
}
