// The end of what runs now.

import type { Tick } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';

/**
 * Calls back before anything else is read, after all promises that are settled by then: by
 * `process.nextTick` from a microtask. From elsewhere, Node would run the tick first.
 */
export class TickScheduler implements Tick {
  readonly #onTick: () => void;
  readonly #onMicrotask: () => void;
  #armed: boolean;

  constructor(onTick: () => void) {
    this.#onTick = inNoScope(() => {
      // First, so that the callback may arm again, and may throw.
      this.#armed = false;
      onTick();
    });
    this.#onMicrotask = () => process.nextTick(this.#onTick);
    this.#armed = false;
  }

  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    queueMicrotask(this.#onMicrotask);
  }
}
