// A request's place in the queue and its token, in one object that the owner already has: whoever
// carries a request extends Ticket, so that an admission allocates nothing. The limiter knows no
// more of a request than what stands here.

import type { RefusalReason } from './refusal.js';

/** Where a ticket stands. An idle ticket may be offered; one that was released is idle again. */
export const ticketState = {
  idle: 0,
  /** Offered from within a callback; decided before the call that is running returns. */
  postponed: 1,
  queued: 2,
  admitted: 3,
  /** Admitted in the lane of the probes, which has slots of its own. */
  probing: 4,
  /** Admitted, and found to wait on purpose: runs without a slot until it ends. */
  parked: 5,
  /** Admitted, and waits for something, as its owner says: has given its slot back meanwhile. */
  waiting: 6,
} as const;

/** Strict order: no class is served while a higher one waits. */
export const priorities = ['probe', 'critical', 'default', 'sheddable'] as const;
export type Priority = (typeof priorities)[number];

/** The classes as the limiter counts them: the lower, the sooner. */
export const priorityClass = { probe: 0, critical: 1, default: 2, sheddable: 3 } as const;
/** The classes that may wait. */
export const waitingClasses: readonly number[] = [1, 2, 3];

/**
 * How a token came back. `finished` and `failed` (the handler threw) are samples of the handler's
 * time; `timedOut` is one that tells of overload; `aborted` (the client left, the server drains)
 * tells nothing of it and is counted only.
 */
export const outcomes = ['finished', 'failed', 'timedOut', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

/** The waits of one admission, as its owner tells them. */
export class Pauses {
  /** What it waits for now: so many things at once. */
  count: number = 0;
  since: number = Number.NaN;
  /** Milliseconds of the handler's time that it spent so. They tell nothing of what is scarce. */
  ms: number = 0;
}

export abstract class Ticket {
  // Given by the owner before `offer`, and left alone until the ticket is idle again.
  /** One of {@link priorityClass}. */
  priority: number = priorityClass.default;
  /** The client's bucket, from `Limiter.bucketOf`; 0 where clients are not told apart. */
  clientBucket: number = 0;
  /** On the clock of `now`: the time at which the answer is worthless. Never started at or past it. */
  deadlineAt: number = Number.POSITIVE_INFINITY;
  /** What is held in memory for this request while it waits. */
  queuedBytes: number = 0;

  // Written by the limiter. Times begin as NaN and not as 0: V8 then keeps the field as a double
  // from the start, and a store changes it in place.
  state: number = ticketState.idle;
  offeredAt: number = Number.NaN;
  admittedAt: number = Number.NaN;
  /** How many held a slot when it started, itself among them. */
  startedAmong: number = 0;
  /** The longest stall of the process through which it has waited: whole milliseconds, a small integer for V8. */
  stalledMs: number = 0;
  /** Made at the first wait: most never wait. */
  pauses: Pauses | null = null;
  /** Entry of the table of kinds; below 0 before anybody asked. */
  kind: number = -1;
  /** The list in which it stands: a bucket of the queue, those that run, or those that were postponed. */
  list: object | null = null;
  /** Neighbours in that list. */
  ahead: Ticket | null = null;
  behind: Ticket | null = null;
  /** Neighbours by arrival, over all buckets of the class. */
  older: Ticket | null = null;
  younger: Ticket | null = null;

  /** What is asked for, as a number: a hash of method and route, or 0 where it is not told. Asked once. */
  kindHash(): number {
    return 0;
  }
  /** The token is held from here until `release`; the handler starts now. Must not throw. */
  abstract onAdmitted(now: number): void;
  /** It will not be served; the answer is a 503, with `Retry-After`. Must not throw. */
  abstract onRefused(reason: RefusalReason, retryAfterMs: number, now: number): void;
  /** Asked of one that has waited: has its client left? */
  abstract isGone(now: number): boolean;
  /** It was dropped from the queue because its client left; nobody waits for an answer. Must not throw. */
  abstract onGone(now: number): void;
}
