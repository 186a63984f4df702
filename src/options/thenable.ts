// Values from outside that may be promises. A foreign `then` may throw, call back twice, at once,
// late or never. Such a `then` is called once, through a native promise.

/** The platform's own `then`, whatever replaces it later. */
const { then: nativeThen } = Promise.prototype;

/**
 * `value` as a native promise; undefined if it is no promise. Its `then` is read once. A promise of
 * the platform is a promise even if its own `then` is no function, as `await` takes it: somebody
 * has to hear its rejection, which would end the process.
 *
 * @throws the error of reading `then`
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
    return undefined;
  const then = thenOf(value);
  if (then === nativeThen && isPlainPromise(value)) return value;
  if (typeof then === 'function') return promiseBy(value, then);
  return value instanceof Promise ? promiseBy(value, nativeThen) : undefined;
}

/** The `then` of a value, which may be of any kind. A promise whose `then` can't be read is dropped. */
function thenOf(value: object): unknown {
  try {
    // Boundary: any object may have a `then`.
    return (value as { readonly then?: unknown }).then;
  } catch (error) {
    dropIfPromise(value);
    throw error;
  }
}

/** A promise that ends as `then` tells. */
// biome-ignore lint/complexity/noBannedTypes: a function of which nothing is known.
function promiseBy(value: object, then: Function): Promise<unknown> {
  // A `then` of its own may tell nobody how the promise itself ends.
  if (then !== nativeThen) dropIfPromise(value);
  return new Promise((resolve, reject) => {
    then.call(value, resolve, reject);
  });
}

/**
 * Calls `onRejected` if `value` is a promise that rejects. All other results are ignored. It is for
 * values that the application returns where none is expected.
 *
 * @throws the error of reading `then`
 */
export function rejectionOf(value: unknown, onRejected: (error: unknown) => void): void {
  if (value === undefined) return;
  const promise = promiseOf(value);
  if (promise !== undefined) listen(promise, undefined, onRejected);
}

/**
 * `promise.then(…)` with the platform's own `then`. The value is always taken: passed on, it would be
 * looked at once more, as to whether it is a thenable, and might throw.
 */
export function listen<Value>(
  promise: Promise<Value>,
  onFulfilled: ((value: Value) => void) | undefined,
  onRejected: (error: unknown) => void,
): void {
  // What nobody takes may be a promise itself, if its own `then` is no function.
  nativeThen.call(promise, (onFulfilled ?? dropIfPromise) as (value: unknown) => void, onRejected);
}

/** Gives the same promise. Its rejection never becomes an unhandled rejection. */
export function droppable<Value>(promise: Promise<Value>): Promise<Value> {
  nativeThen.call(promise, ignore, ignore);
  return promise;
}

/** Nobody looks at how `value` ends, if it is a promise of the platform's. Never throws. */
export function dropIfPromise(value: unknown): void {
  try {
    if (value instanceof Promise) droppable(value);
  } catch {
    // It can't be looked at, so it is none.
  }
}

function ignore(): void {}

/** True for a promise that the platform made, and of no subclass. */
function isPlainPromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}
