// A wait on purpose, told by the one who waits.

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
  const waited = new Promise<T>((settle) => settle(promise)).then(
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
  waited.catch(() => undefined);
  return waited;
}
