// The end of what runs now.

import type { Tick } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';

/** Calls back by `process.nextTick`: before anything else is read, and after the promises that are due. */
export class TickScheduler implements Tick {
  readonly #onTick: () => void;
  #armed: boolean;

  constructor(onTick: () => void) {
    this.#onTick = inNoScope(() => {
      // First, so that the callback may arm again, and may throw.
      this.#armed = false;
      onTick();
    });
    this.#armed = false;
  }

  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    process.nextTick(this.#onTick);
  }
}
