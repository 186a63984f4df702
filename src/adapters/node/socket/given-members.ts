// A stream that somebody has opened elsewhere often carries what he wants to find at `req.socket`: who is connected,
// or what was agreed on before HTTP began. To node:http, it is the socket of an upgrade, too.

import { Socket } from 'node:net';

/** Those under which node:net keeps its own. Found when first needed. */
let symbolsOfNode: ReadonlySet<PropertyKey> | undefined;

/** Shows the members of `given` that `socket` has not, as they are at the time. */
export function showMembers(given: object, socket: object): void {
  for (const name of Reflect.ownKeys(given)) {
    if (
      name in socket ||
      isInternal(name) ||
      !Object.prototype.propertyIsEnumerable.call(given, name)
    )
      continue;
    Object.defineProperty(socket, name, {
      get: () => (given as Record<PropertyKey, unknown>)[name],
      set: (value: unknown) => {
        (given as Record<PropertyKey, unknown>)[name] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
}

function isInternal(name: PropertyKey): boolean {
  if (typeof name !== 'symbol') return String(name).startsWith('_');
  // What a transport has noted at its socket is not another's.
  if (name.description?.startsWith('sluice') === true) return true;
  symbolsOfNode ??= new Set(Object.getOwnPropertySymbols(new Socket()));
  return symbolsOfNode.has(name);
}
