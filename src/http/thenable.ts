// What comes from outside and may be a promise. A `then` that is not the platform's own may throw,
// call back twice, at once, late or never: it is called once, through a native promise.

/** The platform's own, whatever is put in its place later. */
const { then: nativeThen } = Promise.prototype;

/**
 * The promise that `value` is, or stands for; undefined where it is none. Its `then` is read once.
 *
 * @throws what reading `then` throws
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
    return undefined;
  // Boundary: any object may have a `then`, of any kind.
  const { then } = value as { readonly then?: unknown };
  if (typeof then !== 'function') return undefined;
  if (then === nativeThen && isPlainPromise(value)) return value;
  return new Promise((resolve, reject) => {
    then.call(value, resolve, reject);
  });
}

/**
 * Tells `onRejected` if `value` is a promise that rejects; of other values, and of what a promise
 * gives, nobody wants to know. For what the application returns where nothing is expected.
 *
 * @throws what reading `then` throws
 */
export function rejectionOf(value: unknown, onRejected: (error: unknown) => void): void {
  if (value === undefined) return;
  const promise = promiseOf(value);
  if (promise !== undefined) listen(promise, undefined, onRejected);
}

/** `promise.then(…)`, by the platform's own `then`. */
export function listen<Value>(
  promise: Promise<Value>,
  onFulfilled: ((value: Value) => void) | undefined,
  onRejected: (error: unknown) => void,
): void {
  nativeThen.call(promise, onFulfilled as (value: unknown) => void, onRejected);
}

/** The same promise. If nobody looks at how it ends, the process is not told of an unhandled rejection. */
export function droppable<Value>(promise: Promise<Value>): Promise<Value> {
  nativeThen.call(promise, undefined, ignore);
  return promise;
}

function ignore(): void {}

/** Made by the platform, and of no class of somebody's. */
function isPlainPromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}
