import type { QueueLaw } from './laws/law.js';
import type { Queue } from './queue.js';
import type { RefusalReason } from './refusal.js';
import type { Slots } from './slots.js';
import type { Tally } from './tally.js';
import { type Outcome, type Priority, priorityClass } from './ticket.js';

/** What a limiter holds, and what became of all that was offered to it. */
export interface LimiterStats {
  readonly limit: number;
  readonly inFlight: number;
  readonly probesInFlight: number;
  /** Run, and wait for something on purpose: they hold no slot. */
  readonly parked: number;
  readonly queued: number;
  /** The same by class. Probes never wait. */
  readonly queuedBy: Readonly<Record<Exclude<Priority, 'probe'>, number>>;
  readonly queuedBytes: number;
  /** A request of the class that has waited as long is refused. */
  readonly patienceMs: Readonly<Record<Exclude<Priority, 'probe'>, number>>;
  /** At rest: offered = admitted + refused + queued + gone. */
  readonly offered: number;
  /** Offered while the limit was reached, or would have been by those ahead. */
  readonly blocked: number;
  /** admitted = released + inFlight + probesInFlight + parked. */
  readonly admitted: number;
  readonly released: Readonly<Record<Outcome, number>>;
  readonly refused: number;
  readonly refusedBy: Readonly<Record<RefusalReason, number>>;
  /** Left the queue because the client had left. */
  readonly gone: number;
}

export function statsOf(tally: Tally, queue: Queue, slots: Slots, law: QueueLaw): LimiterStats {
  return {
    limit: slots.limit.now,
    inFlight: slots.inFlight,
    probesInFlight: slots.probing,
    parked: slots.parked,
    queued: queue.entries,
    queuedBy: {
      critical: queue.entriesOf(priorityClass.critical),
      default: queue.entriesOf(priorityClass.default),
      sheddable: queue.entriesOf(priorityClass.sheddable),
    },
    queuedBytes: queue.bytes,
    patienceMs: {
      critical: law.patienceMs(priorityClass.critical),
      default: law.patienceMs(priorityClass.default),
      sheddable: law.patienceMs(priorityClass.sheddable),
    },
    offered: tally.offered,
    blocked: tally.blocked,
    admitted: tally.admitted,
    released: { ...tally.released },
    refused: tally.refused,
    refusedBy: { ...tally.refusedBy },
    gone: tally.gone,
  };
}
