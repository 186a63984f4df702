// Values that throw, reject, or are not what they seem.

/** A new one each time, which tells where it was made. */
export const throws = (): never => {
  throw new Error('mistake');
};

export const rejects = (): Promise<never> => Promise.reject(new Error('mistake'));

type Settle = (value: unknown) => void;

const thenable = (then: (resolve: Settle, reject: Settle) => unknown): object => ({ then });

/** By name: what has a `then`, and gives `value` if anything. */
export const thenables: Readonly<Record<string, (value: unknown) => unknown>> = {
  'throws at then': () => thenable(throws),
  'throws at the look': () =>
    Object.defineProperty({}, 'then', {
      get: throws,
    }),
  'calls back twice': (value) =>
    thenable((resolve) => {
      resolve(value);
      resolve(value);
    }),
  'calls back and throws': (value) =>
    thenable((resolve) => {
      resolve(value);
      throw new Error('mistake');
    }),
  'calls back and rejects': (value) =>
    thenable((resolve, reject) => {
      resolve(value);
      reject(new Error('mistake'));
    }),
  'rejects twice': () =>
    thenable((_resolve, reject) => {
      reject(new Error('mistake'));
      reject(new Error('mistake'));
    }),
  'gives itself in another': (value) =>
    thenable((resolve) => resolve(thenable((inner) => inner(value)))),
  'gives a promise that rejects': () => thenable((resolve) => resolve(rejects())),
  'is a promise that rejects, without a then': () =>
    Object.defineProperty(rejects(), 'then', { value: undefined }),
  'is a promise without a then': (value) =>
    Object.defineProperty(Promise.resolve(value), 'then', { value: undefined }),
  // A promise that is resolved with one of these leaves nobody who could hear it, so none of them rejects.
  'is a promise whose then throws': () =>
    Object.defineProperty(Promise.resolve(), 'then', { value: throws }),
  'is a promise whose then can’t be read': () =>
    Object.defineProperty(Promise.resolve(), 'then', { get: throws }),
  'is a promise whose constructor throws': () =>
    Object.defineProperty(Promise.resolve(), 'constructor', { get: throws }),
  'only seems a promise': () => Object.create(Promise.prototype),
  'is a proxy of a promise': () => new Proxy(Promise.resolve(), {}),
  rejects,
};

/** A proxy all of whose traps throw. */
export function untouchable(target: object = {}): object {
  const traps = ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor', 'set'];
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, throws])));
}

export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Throws from the nth look at any of its members on. */
export function fading(target: object, looks: number): object {
  let left = looks;
  return new Proxy(target, {
    get(object, name) {
      if (--left < 0) throw new Error('mistake');
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
