// The two clocks. Nothing outside `src/io` reads one.

// Bound once: the global is a getter, and time is asked for several times a request.
const { performance } = globalThis;

/** Milliseconds from the monotonic clock. It never goes back; its zero has no meaning. */
export function monotonicNow(): number {
  return performance.now();
}

/** Milliseconds that the event loop has slept, waiting for something to happen. */
export function idleMs(): number {
  return performance.nodeTiming.idleTime;
}

/** Milliseconds since 1970. It jumps when somebody sets the clock. */
export function wallNow(): number {
  return Date.now();
}
