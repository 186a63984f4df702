// The one real timer of a server. Deadlines are kept elsewhere; this only wakes
// whoever keeps them when the earliest falls due.

import type { DueTimer } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';
import { monotonicNow } from './clock.js';

/** Node fires a longer delay at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/**
 * Real timers are expensive to move, and deadlines are mostly moved to later:
 * each request that comes in time pushes one. So the real timer is moved only to
 * an earlier time. Where it fires early it looks again, and sleeps on.
 *
 * It never keeps the process alive: a listening server does so by its socket.
 */
export class OneTimer implements DueTimer {
  readonly #onDue: (now: number) => void;
  readonly #onTimeout: () => void;
  /** When the callback is wanted; Infinity where it is not. Public for V8 alone (tsconfig.base.json): written only here. */
  wantedAt: number;
  /** When the real timer fires; Infinity where there is none. */
  #firesAt: number;
  #timeout: NodeJS.Timeout | undefined;

  constructor(onDue: (now: number) => void) {
    this.#onDue = onDue;
    this.#onTimeout = inNoScope(() => this.#fired());
    this.wantedAt = Infinity;
    this.#firesAt = Infinity;
    this.#timeout = undefined;
  }

  arm(at: number): void {
    this.wantedAt = at;
    if (at < this.#firesAt) this.#set(at, monotonicNow());
  }

  stop(): void {
    this.wantedAt = Infinity;
    this.#firesAt = Infinity;
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  #set(at: number, now: number): void {
    clearTimeout(this.#timeout);
    const delayMs = Math.min(Math.max(Math.ceil(at - now), 1), DELAY_MS_MAX);
    this.#firesAt = at;
    this.#timeout = setTimeout(this.#onTimeout, delayMs).unref();
  }

  #fired(): void {
    const now = monotonicNow();
    this.#timeout = undefined;
    this.#firesAt = Infinity;
    if (now >= this.wantedAt) {
      this.wantedAt = Infinity;
      this.#onDue(now);
    } else if (this.wantedAt !== Infinity) {
      // Moved to later meanwhile, or Node's clock, which counts whole milliseconds, ran ahead.
      this.#set(this.wantedAt, now);
    }
  }
}
