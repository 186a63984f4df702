// A stream that somebody has opened elsewhere often carries what he wants to find at `req.socket`: who is connected,
// or what was agreed on before HTTP began. To node:http, it is the socket of an upgrade, too.

/** Shows the members of `given` that `socket` has not, as they are at the time. */
export function showMembers(given: object, socket: object): void {
  for (const name of Object.keys(given)) {
    // Node's own begin like this.
    if (name.startsWith('_') || name in socket) continue;
    Object.defineProperty(socket, name, {
      get: () => (given as Record<string, unknown>)[name],
      set: (value: unknown) => {
        (given as Record<string, unknown>)[name] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
}
