// The time of day, a clock, waits and timers of the adapters. `staticFiles` needs no clock from its
// caller. All other code takes the time as a parameter.

import { setImmediate } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { TIMER_MS_MAX } from '../options/checks.js';

/** Milliseconds since the epoch. */
export function timeOfDay(): number {
  return Date.now();
}

/** Settles after `ms` milliseconds. */
export function waitMs(ms: number): Promise<void> {
  return wait(ms);
}

/** Milliseconds that never go back. */
export function steadyNow(): number {
  return performance.now();
}

/**
 * Calls back once, after `ms` milliseconds; the returned function prevents it. Node fires at once where a delay is too
 * long for it: a sum of two delays may be.
 */
export function after(ms: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (leftMs: number): void => {
    timer =
      leftMs <= TIMER_MS_MAX
        ? setTimeout(callback, leftMs)
        : setTimeout(() => arm(leftMs - TIMER_MS_MAX), TIMER_MS_MAX);
  };
  arm(ms);
  return () => clearTimeout(timer);
}

/** Calls back in the event loop's next turn. */
export function nextTurn(call: () => void): void {
  setImmediate(call);
}

/** Calls back each `ms` milliseconds, and does not keep the process alive; the returned function ends it. */
export function every(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms);
  timer.unref();
  return () => clearInterval(timer);
}
