/**
 * `sluice/limiter`: the admission control of the server for anything else that is asked for more than
 * it can do. This file alone of its folder knows the REAL clock.
 *
 * @module
 */

import { functionAt } from '../options/checks.js';
import { Limiter } from './limiter.js';
import { type LimiterOptions, parseLimiterOptions } from './options.js';
import { parseRunOptions, type RunOptions } from './run-options.js';
import { Signals } from './signals.js';
import type { LimiterStats } from './stats.js';
import { type RunContext, Task, type TaskOwner } from './task.js';
import { priorityClass } from './ticket.js';

export type {
  AlgorithmName,
  ConcurrencyOption,
  Hold,
  LimiterOptions,
  PatientQueueOption,
  QueueOption,
  SojournQueueOption,
  TimedQueueOption,
} from './options.js';
export type { RefusalReason } from './refusal.js';
export { Refused } from './refused.js';
export type { AbortSignalLike, RunOptions } from './run-options.js';
export type { LimiterStats } from './stats.js';
export type { RunContext } from './task.js';
export type { Outcome, Priority } from './ticket.js';

export interface TaskLimiter {
  /**
   * Calls `fn` as soon as there is a slot, which is held until its result settles. May call it before
   * this returns.
   *
   * @returns what `fn` gives, or its error; {@link Refused} if it was not called; a TypeError or
   * RangeError with `code: 'SLUICE_OPTION_INVALID'` for options that don't fit
   */
  run<T>(fn: (context: RunContext) => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  stats(): LimiterStats;
}

/**
 * Bounds how many calls run at once, and how many wait for how long.
 *
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`, at once
 *
 * @example
 * ```ts
 * import { createLimiter, Refused } from 'sluice/limiter';
 *
 * const limiter = createLimiter({ concurrency: 4, queue: { law: 'timed', waitMs: 500 } });
 *
 * try {
 *   const rows = await limiter.run(() => database.query('…'), { key: tenant });
 * } catch (error) {
 *   if (error instanceof Refused) console.log(`busy: try again in ${error.retryAfterMs} ms`);
 * }
 * ```
 */
export function createLimiter(options: LimiterOptions = {}): TaskLimiter {
  return new RealTimeLimiter(options);
}

// The boundary to the REAL clock. The compiler knows no globals in this folder.
interface RealTime {
  readonly performance: { now(): number; readonly nodeTiming?: { readonly idleTime: number } };
  setImmediate(callback: () => void): unknown;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}
const REAL = globalThis as unknown as RealTime;
/** How long the event loop has slept; undefined where nobody knows. */
function idleMs(): number | undefined {
  return REAL.performance.nodeTiming?.idleTime;
}
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

class RealTimeLimiter implements TaskLimiter, TaskOwner {
  readonly limiter: Limiter;
  readonly signals: Signals = new Signals();
  #timer: unknown;
  /** When the timer fires; it may be early, never late. Infinity while there is none. */
  #timerAt: number = Number.POSITIVE_INFINITY;

  constructor(options: LimiterOptions) {
    this.limiter = new Limiter(parseLimiterOptions(options), {
      armTurn: () => {
        REAL.setImmediate(this.#turn);
      },
      clock: this.clock,
      random: Math.random,
      ...(idleMs() === undefined ? {} : { idleMs: () => idleMs() ?? 0 }),
    });
  }

  run<T>(fn: (context: RunContext) => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      functionAt('fn', fn);
      const { priority, key, deadlineMs, signal } = parseRunOptions(options);
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const now = this.clock();
      const task = new Task(this, fn, signal, resolve, reject);
      task.priority = priorityClass[priority];
      task.deadlineAt = now + deadlineMs;
      if (key !== undefined) task.clientBucket = this.limiter.bucketOf(key);
      this.limiter.offer(task, now);
      task.wasOffered();
      this.#schedule();
    });
  }

  stats(): LimiterStats {
    return this.limiter.statsNow();
  }

  clock(): number {
    return REAL.performance.now();
  }

  onWithdrawn(): void {
    this.#schedule();
  }

  readonly #turn = (): void => {
    this.limiter.turn(this.clock());
    this.#schedule();
  };

  readonly #expire = (): void => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.limiter.expire(this.clock());
    this.#schedule();
  };

  /** One timer for all that wait, and none where nobody does. */
  #schedule(): void {
    const expiry = this.limiter.nextExpiry();
    if (expiry === this.#timerAt || (expiry > this.#timerAt && expiry < Number.POSITIVE_INFINITY)) {
      return;
    }
    REAL.clearTimeout(this.#timer);
    this.#timerAt = expiry;
    if (expiry === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(Math.ceil(expiry - this.clock()), TIMEOUT_MS_MAX);
    this.#timer = REAL.setTimeout(this.#expire, ms);
  }
}
