// The end of the code that runs now.

import type { Tick } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';

/**
 * Calls back before Node reads anything else, but after the callbacks of all promises that are settled by then.
 * So it calls `process.nextTick` from a microtask. Called from elsewhere, Node would run the tick first.
 */
export class TickScheduler implements Tick {
  readonly #onTick: () => void;
  readonly #onMicrotask: () => void;
  #armed: boolean;

  constructor(onTick: () => void) {
    this.#onTick = inNoScope(() => {
      // Before the callback, which may arm again and may throw.
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
