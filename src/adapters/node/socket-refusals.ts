// What the socket of messages can't do. It is no stream: each method of a net.Socket that it has not throws an error that
// says so.

import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { nodeError } from './host-calls.js';
import { lacks } from './socket-kinds.js';

export function unsupported(name: string, why: string): Error {
  return nodeError('SLUICE_SOCKET_UNSUPPORTED', `socket.${name}() is not possible ${why}`);
}

/** Gives `prototype` the methods of a net.Socket that it lacks. */
export function refuseOthers(prototype: object): void {
  let from: object = Socket.prototype;
  while (from !== EventEmitter.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (typeof value !== 'function' || name.startsWith('_') || !lacks(prototype, name)) continue;
      Object.defineProperty(prototype, name, {
        value: refusal(name),
        writable: true,
        configurable: true,
      });
    }
    from = Object.getPrototypeOf(from) as object;
  }
}

function refusal(name: string): () => never {
  return () => {
    throw unsupported(name, 'on the socket of a request, which is no stream');
  };
}
