// How our messages are `instanceof` the platform's classes without loading these:
// Node loads all that belongs to `fetch` when one of its classes is first named,
// and that takes longer than to start a server.

/**
 * Puts the prototype that `platform` gives behind `prototype`, once somebody asks
 * what stands there: `instanceof` does, and whoever looks for a member that
 * `prototype` has not.
 */
export function chainTo(prototype: object, platform: () => object): void {
  const link = (): object => {
    const linked = platform();
    Object.setPrototypeOf(prototype, linked);
    return linked;
  };
  const unlinked = new Proxy(Object.create(null) as object, {
    getPrototypeOf: link,
    get: (_target, key, receiver) => Reflect.get(link(), key, receiver) as unknown,
    has: (_target, key) => Reflect.has(link(), key),
    set: (_target, key, value, receiver) => Reflect.set(link(), key, value, receiver),
  });
  Object.setPrototypeOf(prototype, unlinked);
}
