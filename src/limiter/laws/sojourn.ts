// Keeps the wait short when more comes than can be done. What it steers is the wait that a request may
// expect on arrival: down by a fifth for each bucket of time in which something was refused or nobody
// came through fast, up by small steps otherwise. The idea is CoDel's, as folly and 'Fail at Scale'
// (ACM Queue 2015) use it: the least wait of an interval tells a standing queue from a burst.
//
// Each class has a wait of its own, that sees what happens in its class and above. With one for all,
// the refusals of those who come last would leave the first no patience for a burst of their own.

import type { RefusalReason } from '../refusal.js';
import { priorities, type Ticket } from '../ticket.js';
import type { QueueLaw } from './law.js';

/** `waitMs` is looked at once in each. */
export const bucketMs = 20;
const fall = 0.8;
/** The same where requests waited and none was refused: it may have been a burst. */
const gentleFall = 0.93;
/** Calm buckets from the target back to the ceiling: a second. */
const bucketsToRise = 50;
// Of the smoothed times the last sample makes up so much. A turn starts a batch and then takes in
// for a while, so the time between starts is uneven, and is smoothed over more of them.
const durationWeight = 1 / 16;
const intervalWeight = 1 / 32;

/** The wait of one class, and what the bucket of time that is open has told of it. */
class ClassWait {
  /** The wait that a request may expect on arrival. */
  ms: number;
  leastWaitedMs: number = Number.POSITIVE_INFINITY;
  hasRefused: boolean = false;

  constructor(ms: number) {
    this.ms = ms;
  }
}

export class SojournLaw implements QueueLaw {
  private readonly targetMs: number;
  private readonly waitMsMax: number;
  /** By class, from the highest. */
  private readonly waits: readonly ClassWait[];

  /** Smoothed handler time. Begins near zero, and as a double. */
  private typicalMs: number = Number.MIN_VALUE;
  /** Smoothed time between two starts while requests wait. */
  private intervalMs: number = Number.MIN_VALUE;
  private lastStartAt: number = Number.NaN;

  private bucketEndsAt: number = Number.NEGATIVE_INFINITY;
  /** Somebody in this bucket of time did not wait at all. */
  private hasStartedInline: boolean = false;

  constructor(targetMs: number, waitMsMax: number) {
    this.targetMs = targetMs;
    this.waitMsMax = waitMsMax;
    this.waits = priorities.map(() => new ClassWait(waitMsMax));
  }

  /** From the target to the ceiling. */
  waitMs(priority: number): number {
    return this.waits[priority]!.ms;
  }

  /** Twice what was expected on arrival: the estimate may be wrong, and the queue uneven. */
  patienceMs(priority: number): number {
    return 2 * this.waitMs(priority);
  }

  refusesArrival(ticket: Ticket, entriesAhead: number, now: number): RefusalReason | null {
    this.closeBuckets(now);
    const expectedMs = entriesAhead * this.intervalMs;
    if (!this.canMakeDeadline(ticket, now + expectedMs)) return 'deadline';
    return expectedMs > this.waitMs(ticket.priority) ? 'waitTooLong' : null;
  }

  refusesStart(ticket: Ticket, now: number): RefusalReason | null {
    this.closeBuckets(now);
    if (!this.canMakeDeadline(ticket, now)) return 'deadline';
    return now >= ticket.offeredAt + this.patienceMs(ticket.priority) ? 'waited' : null;
  }

  noteBacklog(now: number): void {
    this.lastStartAt = now;
  }

  noteInlineStart(now: number): void {
    this.closeBuckets(now);
    this.hasStartedInline = true;
  }

  noteStart(ticket: Ticket, now: number): void {
    this.closeBuckets(now);
    const wait = this.waits[ticket.priority]!;
    wait.leastWaitedMs = Math.min(wait.leastWaitedMs, now - ticket.offeredAt);
    this.intervalMs += (now - this.lastStartAt - this.intervalMs) * intervalWeight;
    this.lastStartAt = now;
  }

  noteRefusal(ticket: Ticket, now: number): void {
    this.closeBuckets(now);
    for (let i = ticket.priority; i < this.waits.length; i++) this.waits[i]!.hasRefused = true;
  }

  noteDuration(durationMs: number): void {
    this.typicalMs += (durationMs - this.typicalMs) * durationWeight;
  }

  // Who has no deadline makes it: Infinity.
  private canMakeDeadline(ticket: Ticket, startsAt: number): boolean {
    return startsAt < ticket.deadline && startsAt + this.typicalMs <= ticket.deadline;
  }

  /** Draws the conclusions from the bucket that was open, if it is over. */
  private closeBuckets(now: number): void {
    if (now < this.bucketEndsAt) return;
    if (this.bucketEndsAt === Number.NEGATIVE_INFINITY) this.bucketEndsAt = now;
    // Those since then, in which nothing was noted, were calm.
    const emptyBuckets = Math.floor((now - this.bucketEndsAt) / bucketMs);
    for (const wait of this.waits) this.adapt(wait, emptyBuckets);
    this.hasStartedInline = false;
    this.bucketEndsAt += (emptyBuckets + 1) * bucketMs;
  }

  private adapt(wait: ClassWait, emptyBuckets: number): void {
    const calmStep = (this.waitMsMax - this.targetMs) / bucketsToRise;
    const least = wait.leastWaitedMs;
    const hasStandingQueue =
      !this.hasStartedInline && least > this.targetMs && least < Number.POSITIVE_INFINITY;
    let rises = emptyBuckets;
    if (wait.hasRefused) wait.ms = Math.max(this.targetMs, wait.ms * fall);
    else if (hasStandingQueue) wait.ms = Math.max(this.targetMs, wait.ms * gentleFall);
    else rises++;
    wait.ms = Math.min(this.waitMsMax, wait.ms + rises * calmStep);
    wait.leastWaitedMs = Number.POSITIVE_INFINITY;
    wait.hasRefused = false;
  }
}
