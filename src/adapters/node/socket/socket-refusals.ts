// What the socket of messages can't do. It is no stream: each method of a net.Socket that it has not throws an error that
// says so.

import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { nodeError } from '../host-calls.js';
import { lacks } from './socket-kinds.js';

const SENDING =
  'the socket of a request can not be sent to another process: its connection stays here';
/** This file's own two, and who has asked. */
const CALLERS = 3;

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
  refuseSending(prototype);
}

/**
 * Gives `prototype` a handle that can't be sent to another process. What sends a socket asks for its handle, and where
 * there is none it sends the message alone: the socket would be lost without a word. To all others there is none.
 */
function refuseSending(prototype: object): void {
  Object.defineProperty(prototype, '_handle', {
    get() {
      if (isAskedBySend()) throw nodeError('SLUICE_SOCKET_UNSUPPORTED', SENDING);
      return undefined;
    },
    set(value: unknown) {
      Object.defineProperty(this, '_handle', { value, writable: true, configurable: true });
    },
    configurable: true,
  });
}

/** Nothing but `send` of a process asks there for the handle of a socket that was given to it. */
function isAskedBySend(): boolean {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', CALLERS);
  const { stack } = new Error() as { stack?: unknown };
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  // Who prepares stacks in his own way may make no text of them.
  return typeof stack === 'string' && stack.includes('node:internal/child_process');
}

function refusal(name: string): () => never {
  return () => {
    throw unsupported(name, 'on the socket of a request, which is no stream');
  };
}
