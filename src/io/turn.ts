// The next turn of the event loop.

import type { Turn } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';
import { monotonicNow } from './clock.js';

/**
 * Calls back in the next turn of the loop, after the sockets that are ready were
 * read and one waiting connection was accepted: `setImmediate` runs after the
 * poll phase. Armed from its own callback it runs a turn later, not at once.
 */
export class TurnScheduler implements Turn {
  readonly #onTurn: (now: number) => void;
  readonly #onImmediate: () => void;
  #immediate: NodeJS.Immediate | undefined;

  constructor(onTurn: (now: number) => void) {
    this.#onTurn = onTurn;
    this.#onImmediate = inNoScope(() => {
      // Cleared first, so that the callback may arm again, and may throw.
      this.#immediate = undefined;
      this.#onTurn(monotonicNow());
    });
    this.#immediate = undefined;
  }

  arm(): void {
    this.#immediate ??= setImmediate(this.#onImmediate);
  }

  stop(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }
}
