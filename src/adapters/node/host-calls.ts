// Calls into the application's listeners. What a listener throws is an uncaught exception, as in node:http; it
// must not unwind the connection that called it.

import type { EventEmitter } from 'node:events';

/** Emits, whatever the listeners do. True if there was one. */
export function emitSafely(emitter: EventEmitter, name: string, ...values: unknown[]): boolean {
  try {
    return emitter.emit(name, ...values);
  } catch (error) {
    throwLater(error);
    return true;
  }
}

/** Throws where nobody but `process.on('uncaughtException')` catches it. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

/** The peer has reset the connection, as node:net says it. */
export function resetByPeer(): Error {
  return Object.assign(nodeError('ECONNRESET', 'read ECONNRESET'), { syscall: 'read' });
}

/** The socket is gone, as a stream of Node's says it. */
export function writtenAfterDestroy(call: 'write' | 'end' = 'write'): Error {
  return nodeError('ERR_STREAM_DESTROYED', `Cannot call ${call} after a stream was destroyed`);
}

/** An error of Node's, by its code. */
export function nodeError(
  code: string,
  message: string,
  Kind: new (message: string) => Error = Error,
): Error & { code: string } {
  return Object.assign(new Kind(message), { code });
}
