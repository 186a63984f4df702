// The socket of messages, once its connection was upgraded. To node:http it is the upgraded socket: what is asked of
// the one is asked of the other. Those who got it by 'connection' end servers with it.

import { Socket } from 'node:net';
import type { FacadeSocket } from '../socket/facade-socket.js';
import type { UpgradedSocket } from './upgraded-socket.js';

const next: unique symbol = Symbol('sluice.next');

interface Replaced {
  readonly [next]: UpgradedSocket;
}

/** A boundary: members by their names. */
type Members = Record<string, unknown>;

/** Fields of the facade itself: its class can't answer for them. */
const FIELDS = ['destroyed', 'readable', 'timeout', 'writable', 'writableEnded'];

const fields = Object.fromEntries(FIELDS.map((name) => [name, accessor(name)]));

/** By the prototype of the facade: it may be one of TLS. */
const prototypes = new Map<object, object>();

/** From now on, `facade` passes everything on to `socket`. */
export function replace(
  facade: FacadeSocket,
  socket: UpgradedSocket & { readableFlowing: boolean | null },
): void {
  const listened = facade.eventNames().map((name) => [name, facade.rawListeners(name)] as const);
  facade.removeAllListeners();
  const own = Object.getPrototypeOf(facade) as object;
  let prototype = prototypes.get(own);
  if (prototype === undefined) {
    prototype = prototypeOn(own);
    prototypes.set(own, prototype);
  }
  Object.defineProperty(facade, next, { value: socket });
  Object.defineProperties(facade, fields);
  Object.setPrototypeOf(facade, prototype);
  for (const [name, listeners] of listened)
    for (const listener of listeners) socket.on(name, heardAt(facade, listener as Listener));
  // Who listened for its bytes before does not make it flow.
  socket.readableFlowing = null;
}

type Listener = ((...values: unknown[]) => void) & { readonly listener?: unknown };

/** Calls `listener` with the socket on which it was put. It is removed by its own name. */
function heardAt(facade: FacadeSocket, listener: Listener): Listener {
  // It has one already: it hears of one event, and knows its socket.
  if (listener.listener !== undefined) return listener;
  return Object.assign((...values: unknown[]) => listener.apply(facade, values), { listener });
}

function prototypeOn(own: object): object {
  const prototype = Object.create(own) as object;
  Object.defineProperty(prototype, 'isReplaced', { value: true });
  let from: object = Socket.prototype;
  while (from !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      const isOwn = Object.hasOwn(prototype, name) || name === 'constructor';
      // What begins like this is Node's own, and is called within its classes.
      if (isOwn || name.startsWith('_')) continue;
      const isMethod = typeof value === 'function';
      Object.defineProperty(prototype, name, isMethod ? method(name) : accessor(name));
    }
    from = Object.getPrototypeOf(from) as object;
  }
  return prototype;
}

function method(name: string): PropertyDescriptor {
  return {
    value(this: Replaced, ...values: unknown[]): unknown {
      const socket = this[next];
      const { [name]: called } = socket as unknown as Record<
        string,
        (...all: unknown[]) => unknown
      >;
      if (called === undefined) throw new TypeError(`socket.${name} is not a function`);
      const given = called.apply(socket, values);
      return given === socket ? this : given;
    },
    writable: true,
    configurable: true,
  };
}

function accessor(name: string): PropertyDescriptor {
  return {
    get(this: Replaced): unknown {
      return (this[next] as unknown as Members)[name];
    },
    // The facade notes what became of it. Nobody asks any more.
    set: () => undefined,
    configurable: true,
  };
}
