// The socket of messages is a net.Socket, and under TLS a tls.TLSSocket, to all who ask by `instanceof`. They do so to
// learn whether it is encrypted, and in TypeScript to come to its members. It has nothing of these classes: they don't make
// it, and what they have is hidden. An upgraded socket is none: Node's TLS asks a net.Socket for its handle, and would
// wait for one.

/** `prototype` gets `kind` behind its own members, and in place of the class that it had there, `base`. */
export function beOfKind(prototype: object, kind: object, base: object): void {
  for (let from = kind; from !== base; from = Object.getPrototypeOf(from) as object)
    for (const name of Reflect.ownKeys(from)) {
      if (Object.hasOwn(prototype, name)) continue;
      const known = descriptorAt(base, name) ?? { value: undefined, writable: true };
      Object.defineProperty(prototype, name, { ...known, enumerable: false, configurable: true });
    }
  Object.setPrototypeOf(prototype, kind);
}

/** All that `prototype` and those behind it have, up to `end`, in one object. */
export function flatCopyOf(prototype: object, end: object): object {
  const chain: object[] = [];
  for (let from = prototype; from !== end; from = Object.getPrototypeOf(from) as object)
    chain.unshift(from);
  const copy = {};
  for (const one of chain) Object.defineProperties(copy, Object.getOwnPropertyDescriptors(one));
  return copy;
}

/** True where `prototype` has nothing under this name, or hides it. */
export function lacks(prototype: object, name: PropertyKey): boolean {
  const found = descriptorAt(prototype, name);
  return found === undefined || ('value' in found && found.value === undefined);
}

function descriptorAt(object: object, name: PropertyKey): PropertyDescriptor | undefined {
  for (let from: object | null = object; from !== null; from = Object.getPrototypeOf(from)) {
    const found = Object.getOwnPropertyDescriptor(from, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
