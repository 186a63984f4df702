// The default: everybody may wait for as long as clients do, until it is proven that more comes than can be
// served in that time. Only then is the wait held short. A queue of a moment (a cold start, a stall of the
// process, a few heavy requests) proves nothing, and clients who wait for their answers before they ask again
// can't make one grow.
//
// Proofs: a wait beyond patience is expected, at the best pace of late, and stays to be; of those whose turn
// comes a third has left; or one has waited for twice the patience.

import type { RefusalReason } from '../refusal.js';
import { priorities, type Ticket } from '../ticket.js';
import { type CallerPorts, Callers } from './callers.js';
import { makesDeadline } from './deadline.js';
import type { QueueLaw } from './law.js';
import { Overload, PATIENCE_MS } from './overload.js';
import { Pace } from './pace.js';

/** Conclusions are drawn once in each. */
export const BUCKET_MS = 20;
/** The last resort, where nothing else ends a wait: so many times the patience, */
const PATIENCE_FACTOR = 2;
/** and where those who call are a closed loop, for which it gains nothing. */
export const CLOSED_PATIENCE_MS = 10_000;
/** Under overload: twice what was expected, for the estimate may be wrong. */
export const TIGHT_FACTOR = 2;
/** Nothing ran for so long: an overload is over, and what comes next may be something else. */
const REST_MS = 1000;
/** Of the smoothed handler time the last one makes up so much. */
const DURATION_WEIGHT = 1 / 16;

export class PatientLaw implements QueueLaw {
  readonly #ports: CallerPorts | undefined;
  readonly #isRunning: () => boolean;
  #callers: Callers;
  #pace: Pace = new Pace();
  /** By class, from the highest. */
  #overloads: readonly Overload[] = priorities.map(() => new Overload());
  /** Smoothed handler time. Begins near zero, and as a double. */
  #typicalMs: number = Number.MIN_VALUE;
  #bucketBeganAt: number = Number.NaN;
  #endedAt: number = Number.NEGATIVE_INFINITY;

  /** @param isRunning - something holds a slot */
  constructor(callers: CallerPorts | undefined, isRunning: () => boolean) {
    this.#ports = callers;
    this.#isRunning = isRunning;
    this.#callers = new Callers(callers);
  }

  patienceMs(priority: number): number {
    const overload = this.#overloads[priority]!;
    if (!overload.isOpen) return TIGHT_FACTOR * overload.tightPatienceMs;
    return this.#callers.isClosed ? CLOSED_PATIENCE_MS : PATIENCE_FACTOR * PATIENCE_MS;
  }

  refusesArrival(ticket: Ticket, entriesAhead: number, now: number): RefusalReason | null {
    this.#closeBucket(now);
    const overload = this.#overloads[ticket.priority]!;
    const expectedMs = this.#expectedMs(entriesAhead);
    const startsAt = overload.isOpen ? now : now + expectedMs;
    if (!makesDeadline(ticket, startsAt, this.#typicalMs)) return 'deadline';
    if (this.#pace.isKnown && overload.foresee(expectedMs, this.#callers.isClosed, now)) {
      this.#prove(ticket.priority, now);
    }
    overload.noteArrival(expectedMs);
    return overload.allows(entriesAhead, expectedMs) ? null : 'waitTooLong';
  }

  refusesStart(ticket: Ticket, now: number): RefusalReason | null {
    this.#closeBucket(now);
    return makesDeadline(ticket, now, this.#typicalMs) ? null : 'deadline';
  }

  wantsFewer(priority: number, entries: number): boolean {
    const overload = this.#overloads[priority]!;
    overload.noteQueue(entries, this.#expectedMs(entries));
    return overload.hasSurplus;
  }

  noteBacklog(): void {
    for (const overload of this.#overloads) overload.noteEmpty();
  }

  noteInlineStart(ticket: Ticket, now: number): void {
    this.noteStart(ticket, now);
  }

  noteStart(ticket: Ticket, now: number): void {
    this.#closeBucket(now);
    this.#overloads[ticket.priority]!.noteStart();
  }

  noteGone(ticket: Ticket, now: number): void {
    this.#closeBucket(now);
    this.#overloads[ticket.priority]!.noteLeft(now - ticket.offeredAt);
  }

  noteRefusal(ticket: Ticket, reason: RefusalReason, now: number): void {
    const { priority } = ticket;
    const wasOpen = this.#overloads[priority]!.isOpen;
    this.#overloads[priority]!.refused++;
    for (let i = priority; i < this.#overloads.length; i++) this.#overloads[i]!.noteRefusal(now);
    this.#closeBucket(now);
    // Twice the patience, and no start: nobody gets on.
    if (wasOpen && reason === 'waited') this.#prove(priority, now);
  }

  noteDuration(durationMs: number, now: number): void {
    this.#endedAt = now;
    this.#pace.noteEnd();
    this.#typicalMs += (durationMs - this.#typicalMs) * DURATION_WEIGHT;
  }

  #expectedMs(entriesAhead: number): number {
    return entriesAhead === 0 ? 0 : entriesAhead * this.#pace.intervalMs;
  }

  /** Of this class, and of those below, which stand behind it. */
  #prove(priority: number, now: number): void {
    for (let i = priority; i < this.#overloads.length; i++) this.#overloads[i]!.prove(now);
  }

  #closeBucket(now: number): void {
    // At first there is no bucket: NaN.
    if (!(now - this.#bucketBeganAt < BUCKET_MS)) this.#conclude(now);
  }

  #conclude(now: number): void {
    const restedMs = this.#isRunning() ? 0 : now - Math.max(this.#bucketBeganAt, this.#endedAt);
    if (restedMs >= REST_MS) this.#forget();
    else if (!Number.isNaN(this.#bucketBeganAt)) {
      // A rest is no time between ends, though a bucket is a bucket.
      this.#pace.closeBucket(Math.max(BUCKET_MS, now - this.#bucketBeganAt - restedMs));
      this.#callers.look(now);
      const { asking } = this.#callers;
      for (const overload of this.#overloads) {
        overload.closeBucket(asking, this.#pace.meanMs, now);
      }
    }
    this.#bucketBeganAt = now;
  }

  /** All is over: what comes next is met as if it were the first. */
  #forget(): void {
    this.#callers = new Callers(this.#ports);
    this.#pace = new Pace();
    this.#overloads = priorities.map(() => new Overload());
  }
}
