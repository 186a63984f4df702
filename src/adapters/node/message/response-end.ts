// How a response of node:http's own ends: it has handed over all it has, and it is closed.

import { EventEmitter } from 'node:events';
import { emitSafely } from '../host-calls.js';
import type { InnerRequest, InnerResponse } from '../node-internals.js';
import type { FacadeSocket } from '../socket/facade-socket.js';
import { responseFinish } from './channels.js';

const { emit } = EventEmitter.prototype;

/** Of each response: `end()` calls it when it has handed everything to its socket. */
export function finishAll(this: InnerResponse): void {
  const { socket } = this as unknown as { socket: FacadeSocket | null };
  const prototype = Object.getPrototypeOf(this) as InnerResponse;
  prototype._finish.call(this);
  socket?.endMessage(this);
}

export function publishFinish(
  request: InnerRequest,
  response: InnerResponse,
  socket: object,
  server: object,
): void {
  responseFinish.publish({ request, response, socket, server });
}

/** Somebody listens, or watches all that is emitted. */
export function isHeard(message: InnerRequest | InnerResponse): boolean {
  return message._eventsCount > 0 || message.emit !== emit;
}

export function closeResponse(res: InnerResponse): void {
  if (res._closed) return;
  res.destroyed = true;
  res._closed = true;
  if (isHeard(res)) emitSafely(res, 'close');
}
