// The promises that a stream of a request's content hands out. A client makes them reject whenever it
// likes; who drops one must not be punished with an unhandled rejection, which ends the process.

import { droppable } from '../thenable.js';
import { guardListenersLike } from './guarded-signal.js';

type AnyFunction = (...values: unknown[]) => unknown;

/**
 * Sees to it that what `stream`, its readers and the streams that are made of it hand out may be dropped.
 * Gives back the same stream.
 */
export function withDroppableReads<Chunk>(stream: ReadableStream<Chunk>): ReadableStream<Chunk> {
  if (Object.hasOwn(stream, 'getReader')) return stream;
  dropping(stream, ['cancel', 'pipeTo']);
  giving(stream, 'getReader', (reader) => dropping(reader, ['read', 'cancel']));
  giving(stream, 'values', droppableChunks);
  giving(stream, Symbol.asyncIterator, droppableChunks);
  giving(stream, 'tee', (branches) => {
    // Boundary: as the platform has it.
    for (const branch of branches as unknown as ReadableStream[]) withDroppableReads(branch);
  });
  giving(stream, 'pipeThrough', (readable) => {
    withDroppableReads(readable as ReadableStream);
  });
  return stream;
}

/** The same for an iterator of the platform's. Gives back the same iterator. */
export function droppableChunks<Chunks extends object>(chunks: Chunks): Chunks {
  dropping(chunks, ['next', 'return']);
  return chunks;
}

/** The same for the methods that read a body whole, and for the copies of the message. */
export function withDroppableBody<Message extends Request | Response>(message: Message): Message {
  dropping(message, ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']);
  if (message.body !== null) withDroppableReads(message.body);
  giving(message, 'textStream', (stream) => {
    withDroppableReads(stream as ReadableStream);
  });
  giving(message, 'clone', (copy) => {
    // Boundary: a copy is of the same kind.
    const cloned = copy as Message;
    if ('signal' in message && 'signal' in cloned)
      guardListenersLike(cloned.signal, message.signal);
    withDroppableBody(cloned);
    // The platform gives the message that was copied another stream.
    if (message.body !== null) withDroppableReads(message.body);
  });
  return message;
}

/** Puts methods of its own in the place of those that give promises. Node's own code doesn't call them. */
function dropping(target: object, names: readonly string[]): void {
  for (const name of names) {
    // Some versions of Node have no `bytes()`.
    if (typeof Reflect.get(target, name) !== 'function') continue;
    const method = methodOf(target, name);
    define(target, name, (...values) => {
      const given = method.apply(target, values);
      return given instanceof Promise ? droppable(given) : given;
    });
  }
}

/** Shows what a method gives to `see`, before anybody else has it. */
function giving(target: object, name: string | symbol, see: (given: object) => unknown): void {
  // Some versions of Node have no `textStream()`.
  if (typeof Reflect.get(target, name) !== 'function') return;
  const method = methodOf(target, name);
  define(target, name, (...values) => {
    const given = method.apply(target, values) as object;
    see(given);
    return given;
  });
}

function methodOf(target: object, name: string | symbol): AnyFunction {
  // Boundary: a method by its name.
  return Reflect.get(target, name) as AnyFunction;
}

function define(target: object, name: string | symbol, value: AnyFunction): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
