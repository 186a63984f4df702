// A wait on purpose, told by the one who waits.

import { droppable, promiseOf } from '../options/thenable.js';

/**
 * Waits for `promise`, and tells when that begins and when it has ended: `pause` and `resume` are called once each.
 *
 * @param promise - may be anything; a foreign thenable is asked once, and may settle once
 */
export function whileWaiting<T>(
  promise: T | PromiseLike<T>,
  pause: () => void,
  resume: () => void,
): Promise<T> {
  pause();
  const waited = new Promise<T>((settle) => settle(asked(promise))).then(
    (value) => {
      resume();
      return value;
    },
    (error: unknown) => {
      resume();
      throw error;
    },
  );
  // Who drops it is not punished.
  return droppable(waited);
}

/** Once: what it gives then is a promise of the platform, or no promise. */
function asked<T>(given: T | PromiseLike<T>): T | PromiseLike<T> {
  // Boundary: the promise gives what the thenable would.
  return (promiseOf(given) as Promise<T> | undefined) ?? given;
}
