// Keeps the wait short when more comes than can be done. What it steers is `waitMs`, the wait that a
// request may expect on arrival: down by a fifth for each bucket of time in which something was
// refused or nobody came through fast, up by small steps otherwise. The idea is CoDel's, as folly
// and 'Fail at Scale' (ACM Queue 2015) use it: the least wait of an interval tells a standing queue
// from a burst.

import type { RefusalReason } from '../refusal.js';
import type { Ticket } from '../ticket.js';
import type { QueueLaw } from './law.js';

/** `waitMs` is looked at once in each. */
export const bucketMs = 20;
const fall = 0.8;
/** Calm buckets from the target back to the ceiling: a second. */
const bucketsToRise = 50;
// Of the smoothed times the last sample makes up so much. A turn starts a batch and then takes in
// for a while, so the time between starts is uneven, and is smoothed over more of them.
const durationWeight = 1 / 16;
const intervalWeight = 1 / 32;

export class SojournLaw implements QueueLaw {
  /** The wait that a request may expect on arrival, from `targetMs` to `waitMsMax`. */
  waitMs: number;
  private readonly targetMs: number;
  private readonly waitMsMax: number;

  /** Smoothed handler time. Zero, as a double, until there is a sample. */
  private typicalMs: number = Number.MIN_VALUE;
  /** Smoothed time between two starts while requests wait. */
  private intervalMs: number = Number.MIN_VALUE;
  private lastStartAt: number = Number.NaN;

  private bucketEndsAt: number = Number.NEGATIVE_INFINITY;
  private leastWaitedMs: number = Number.POSITIVE_INFINITY;
  private hasRefused: boolean = false;

  constructor(targetMs: number, waitMsMax: number) {
    this.targetMs = targetMs;
    this.waitMsMax = waitMsMax;
    this.waitMs = waitMsMax;
  }

  /** Twice what was expected on arrival: the estimate may be wrong, and the queue uneven. */
  get patienceMs(): number {
    return 2 * this.waitMs;
  }

  refusesArrival(ticket: Ticket, entriesAhead: number, now: number): RefusalReason | null {
    this.closeBuckets(now);
    const expectedMs = entriesAhead * this.intervalMs;
    if (!this.canMakeDeadline(ticket, now + expectedMs)) return 'deadline';
    return expectedMs > this.waitMs ? 'waitTooLong' : null;
  }

  refusesStart(ticket: Ticket, now: number): RefusalReason | null {
    this.closeBuckets(now);
    if (!this.canMakeDeadline(ticket, now)) return 'deadline';
    return now >= ticket.offeredAt + this.patienceMs ? 'waited' : null;
  }

  noteBacklog(now: number): void {
    this.lastStartAt = now;
  }

  noteInlineStart(now: number): void {
    this.closeBuckets(now);
    this.leastWaitedMs = 0;
  }

  noteStart(waitedMs: number, now: number): void {
    this.closeBuckets(now);
    if (waitedMs < this.leastWaitedMs) this.leastWaitedMs = waitedMs;
    this.intervalMs += (now - this.lastStartAt - this.intervalMs) * intervalWeight;
    this.lastStartAt = now;
  }

  noteRefusal(now: number): void {
    this.closeBuckets(now);
    this.hasRefused = true;
  }

  noteDuration(durationMs: number): void {
    this.typicalMs += (durationMs - this.typicalMs) * durationWeight;
  }

  // Who has no deadline makes it: Infinity.
  private canMakeDeadline(ticket: Ticket, startsAt: number): boolean {
    return startsAt < ticket.deadline && startsAt + this.typicalMs <= ticket.deadline;
  }

  /** Draws the conclusion from a bucket that is over; those since then, in which nothing was noted, were calm. */
  private closeBuckets(now: number): void {
    if (now < this.bucketEndsAt) return;
    const calmStep = (this.waitMsMax - this.targetMs) / bucketsToRise;
    const hasStandingQueue =
      this.leastWaitedMs > this.targetMs && this.leastWaitedMs < Number.POSITIVE_INFINITY;
    if (this.hasRefused || hasStandingQueue) {
      this.waitMs = Math.max(this.targetMs, this.waitMs * fall);
    } else {
      this.waitMs = Math.min(this.waitMsMax, this.waitMs + calmStep);
    }
    this.hasRefused = false;
    this.leastWaitedMs = Number.POSITIVE_INFINITY;

    const emptyBuckets = Math.floor((now - this.bucketEndsAt) / bucketMs);
    if (emptyBuckets === Number.POSITIVE_INFINITY) {
      this.bucketEndsAt = now + bucketMs;
      return;
    }
    this.waitMs = Math.min(this.waitMsMax, this.waitMs + emptyBuckets * calmStep);
    this.bucketEndsAt += (emptyBuckets + 1) * bucketMs;
  }
}
