// Who watches, at the socket of messages, what comes on its connection. The server reads it all the same: nobody takes
// bytes from it.

import type { EventEmitter } from 'node:events';
import { throwLater } from '../host-calls.js';

/** A boundary: an emitter of Node's keeps its listeners by their names. */
export type Listeners = Readonly<Record<string, unknown>> | undefined;

/** Asked at each read. */
export function hearsBytes(listeners: Listeners): boolean {
  return listeners !== undefined && listeners.data !== undefined;
}

/** To see when it is held back, content has to be read as far as a request holds it unread. */
export function watchesContent(listeners: Listeners): boolean {
  return hearsBytes(listeners) || (listeners !== undefined && listeners.pause !== undefined);
}

/** @returns what tells bytes to those who listen now: whoever begins to because of these bytes does not hear of them */
export function bytesTeller(socket: EventEmitter): (bytes: Uint8Array) => void {
  const listeners = socket.rawListeners('data');
  return (bytes) => {
    for (const listener of listeners) {
      try {
        listener.call(socket, bytes);
      } catch (error) {
        throwLater(error);
      }
    }
  };
}
