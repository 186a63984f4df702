// Makes our messages `instanceof` the platform's classes without loading those classes. Node loads
// everything for `fetch` when one of the classes is first named. That takes longer than the start
// of a server.

/**
 * Puts the prototype from `platform` behind `prototype` at the first use of it. `instanceof` uses
 * it, and so does the look-up of a member that `prototype` does not have.
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
