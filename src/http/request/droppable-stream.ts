// The promises that a stream of request content, or of a tunnel, gives out. A client can make them reject at any
// time. A handler that drops such a promise must not cause an unhandled rejection, which would end
// the process.

import { droppable, listen } from '../../options/thenable.js';
import { guardListenersLike } from './guarded-signal.js';
import { asMalformed } from './malformed.js';

type AnyFunction = (...values: unknown[]) => unknown;

/**
 * Makes the promises of `stream`, of its readers and of streams made from it safe to drop. Gives
 * the same stream back.
 */
export function withDroppableReads<Chunk>(stream: ReadableStream<Chunk>): ReadableStream<Chunk> {
  if (hasDroppableReads(stream)) return stream;
  dropping(stream, ['cancel', 'pipeTo']);
  giving(stream, 'getReader', (reader) => dropping(reader, ['read', 'cancel']));
  giving(stream, 'values', droppableChunks);
  giving(stream, Symbol.asyncIterator, droppableChunks);
  giving(stream, 'tee', (branches) => {
    // Boundary: the types of the platform.
    for (const branch of branches as unknown as ReadableStream[]) withDroppableReads(branch);
  });
  giving(stream, 'pipeThrough', (readable) => {
    withDroppableReads(readable as ReadableStream);
  });
  return stream;
}

/** True for a stream that {@link withDroppableReads} gave: its content is a client's. */
export function hasDroppableReads(stream: object): boolean {
  return Object.hasOwn(stream, 'getReader');
}

/** As {@link withDroppableReads}, for a stream that is written to. */
export function withDroppableWrites<Chunk>(stream: WritableStream<Chunk>): WritableStream<Chunk> {
  dropping(stream, ['abort', 'close']);
  giving(stream, 'getWriter', (writer) => dropping(writer, ['abort', 'close', 'write']));
  return stream;
}

/** As {@link withDroppableReads}, for an iterator of the platform. Gives the same iterator back. */
export function droppableChunks<Chunks extends object>(chunks: Chunks): Chunks {
  dropping(chunks, ['next', 'return']);
  return chunks;
}

/**
 * As {@link withDroppableReads}, for the methods that read a whole body, and for copies of the
 * message.
 */
export function withDroppableBody<Message extends Request | Response>(message: Message): Message {
  marking(message, ['formData', 'json']);
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
    // The platform gives the copied message another stream.
    if (message.body !== null) withDroppableReads(message.body);
  });
  return message;
}

/** Replaces the methods that give promises. Node's own code does not call these replacements. */
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

/** Remembers of content that is malformed that this is the client's mistake. */
function marking(message: Request | Response, names: readonly string[]): void {
  for (const name of names) {
    const method = methodOf(message, name);
    define(message, name, (...values) => {
      // To read content again is a mistake of the application.
      const isTaken = message.bodyUsed || message.body?.locked === true;
      const given = method.apply(message, values);
      if (!isTaken && given instanceof Promise) listen(given, undefined, asMalformed);
      return given;
    });
  }
}

/** Calls `see` with the result of a method, before its caller gets the result. */
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
