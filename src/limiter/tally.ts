// What became of all that was offered. Every request is counted once on its way in and once on its
// way out, so that the sums can be checked:
//
//   at rest: offered = admitted + refused + queued + gone
//   always:  admitted = released + inFlight + probesInFlight + parked

import type { RefusalReason } from './refusal.js';
import type { Outcome } from './ticket.js';

export class Tally {
  offered: number = 0;
  /** Offered while the limit was reached, or would have been by those ahead. */
  blocked: number = 0;
  admitted: number = 0;
  /** Left the queue because the client had left. */
  gone: number = 0;
  readonly released: Record<Outcome, number> = { finished: 0, failed: 0, timedOut: 0, aborted: 0 };
  readonly refusedBy: Record<RefusalReason, number> = {
    queueFull: 0,
    waitTooLong: 0,
    waited: 0,
    deadline: 0,
    displaced: 0,
    memory: 0,
    probesFull: 0,
    parkedFull: 0,
    stalled: 0,
    closing: 0,
  };

  noteRelease(outcome: Outcome): void {
    const { released } = this;
    // To index by name costs what a comparison does not.
    if (outcome === 'finished') released.finished++;
    else if (outcome === 'failed') released.failed++;
    else if (outcome === 'timedOut') released.timedOut++;
    else released.aborted++;
  }

  get refused(): number {
    let refused = 0;
    for (const count of Object.values(this.refusedBy)) refused += count;
    return refused;
  }
}
