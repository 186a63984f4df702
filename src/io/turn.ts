// The next turn of the event loop.

import type { Turn } from '../conn/environment.js';
import { inNoScope } from './async-scope.js';
import { monotonicNow } from './clock.js';

/**
 * Calls back in the next turn of the loop. By then Node has read all sockets that are ready and accepted one
 * waiting connection, since `setImmediate` runs after the poll phase. Armed from its own callback, it runs a
 * turn later.
 */
export class TurnScheduler implements Turn {
  readonly #onTurn: (now: number) => void;
  readonly #onImmediate: () => void;
  #immediate: NodeJS.Immediate | undefined;

  constructor(onTurn: (now: number) => void) {
    this.#onTurn = onTurn;
    this.#onImmediate = inNoScope(() => {
      // Before the callback, which may arm again and may throw.
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
