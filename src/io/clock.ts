// The two clocks. Only `src/io` reads them.

// Read once: the global is a getter, and a request reads the clock several times.
const { performance } = globalThis;

/** Milliseconds from the monotonic clock. It never goes back. Its zero has no meaning. */
export function monotonicNow(): number {
  return performance.now();
}

/** Milliseconds for which the event loop has slept, since nothing happened. */
export function idleMs(): number {
  return performance.nodeTiming.idleTime;
}

/** Milliseconds since 1970. They jump when somebody sets the clock. */
export function wallNow(): number {
  return Date.now();
}
