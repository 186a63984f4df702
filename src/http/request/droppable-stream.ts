// The promises that a stream of a request's content hands out. A client makes them reject whenever it
// likes; who drops one must not be punished with an unhandled rejection, which ends the process.

import { droppable } from '../thenable.js';

type AnyFunction = (...values: unknown[]) => unknown;

/** Sees to it that what `stream` and its readers hand out may be dropped. Gives back the same stream. */
export function withDroppableReads<Chunk>(stream: ReadableStream<Chunk>): ReadableStream<Chunk> {
  dropping(stream, ['cancel', 'pipeTo']);
  const getReader = methodOf(stream, 'getReader');
  define(stream, 'getReader', (...values) => {
    const reader = getReader.apply(stream, values) as object;
    dropping(reader, ['read', 'cancel']);
    return reader;
  });
  return stream;
}

/** The same for the methods that read a body whole. */
export function withDroppableBody<Message extends Request | Response>(message: Message): Message {
  dropping(message, ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']);
  if (message.body !== null && !Object.hasOwn(message.body, 'getReader'))
    withDroppableReads(message.body);
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

function methodOf(target: object, name: string): AnyFunction {
  // Boundary: a method by its name.
  return Reflect.get(target, name) as AnyFunction;
}

function define(target: object, name: string, value: AnyFunction): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
