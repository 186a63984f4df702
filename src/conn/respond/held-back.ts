// Finished responses of one connection that wait a moment for the next one, so that both leave in one write.
// Only a client that pipelines has asked for the next one already, so only its connection has one of these.

import type { Output } from '../bytes/output.js';
import type { Scheduler } from '../clock/scheduler.js';
import type { WakeUp } from '../clock/wake-up.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Writing } from '../machine/states.js';
import type { HeldBackSender } from '../server-ports.js';

/**
 * Maximum time a finished response is held back. Within a turn of the limiter, the turn itself is the bound.
 */
const HELD_BACK_MS_MAX = 1;

/** The next response may come soon: its handler runs, or may be started in this turn. */
export function anotherMayCome({ writing }: Lifecycle, { turning }: Scheduler): boolean {
  return writing === Writing.pending || (turning && writing === Writing.queued);
}

export class HeldBack implements HeldBackSender {
  readonly #output: Output;
  readonly #wakeUp: WakeUp;
  readonly #scheduler: Scheduler;
  /** The time since which responses are held back; undefined if none is. */
  #since: number | undefined = undefined;

  constructor(output: Output, wakeUp: WakeUp, scheduler: Scheduler) {
    this.#output = output;
    this.#wakeUp = wakeUp;
    this.#scheduler = scheduler;
  }

  /** Holds the output back until the code that runs now has ended. False if it has waited for long enough. */
  hold(): boolean {
    const since = this.#since;
    if (since === undefined) {
      this.#since = this.#wakeUp.now;
      this.#scheduler.holdBack(this);
      return true;
    }
    if (this.#scheduler.turning || this.#wakeUp.now - since < HELD_BACK_MS_MAX) return true;
    this.#since = this.#wakeUp.now;
    return false;
  }

  /** The code that ran has ended: sends the responses that were held back. */
  sendHeldBack(): void {
    this.#since = undefined;
    if (this.#output.unsentBytes === 0) return;
    this.#wakeUp.enterNow();
    try {
      this.#output.send();
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }
}
