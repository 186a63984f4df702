import type { RefusalReason } from './refusal.js';
import type { Outcome, Priority } from './ticket.js';

/** What a limiter holds, and what became of all that was offered to it. */
export interface LimiterStats {
  readonly limit: number;
  readonly inFlight: number;
  readonly probesInFlight: number;
  readonly queued: number;
  readonly queuedBytes: number;
  /** A request of the class that has waited as long is refused. */
  readonly patienceMs: Readonly<Record<Exclude<Priority, 'probe'>, number>>;
  /** At rest: offered = admitted + refused + queued + gone. */
  readonly offered: number;
  /** Offered while the limit was reached, or would have been by those ahead. */
  readonly blocked: number;
  /** admitted = released + inFlight + probesInFlight. */
  readonly admitted: number;
  readonly released: Readonly<Record<Outcome, number>>;
  readonly refused: number;
  readonly refusedBy: Readonly<Record<RefusalReason, number>>;
  /** Left the queue because the client had left. */
  readonly gone: number;
}
