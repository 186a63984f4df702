// Keeps the wait short when more comes than can be done. What it steers is the wait that a request may
// expect on arrival: down for each bucket of time in which something was refused, by the more the
// larger the share that was; up by small steps otherwise.
//
// The share tells overload from a burst. At twice the capacity half is refused, and the wait is at its
// target within a quarter of a second. At nine tenths of it random arrivals now and
// then find a few too many ahead: were a fifth taken off the wait for each such bucket, and some for
// each in which a queue stood (as CoDel would), the rest of the burst would be refused in vain, 2 % of
// all requests.
//
// Each class has a wait of its own, that sees what happens in its class and above. With one for all,
// the refusals of those who come last would leave the first no patience for a burst of their own.

import type { RefusalReason } from '../refusal.js';
import { priorities, type Ticket } from '../ticket.js';
import { ClassWait } from './class-wait.js';
import { makesDeadline } from './deadline.js';
import type { QueueLaw } from './law.js';

/** `waitMs` is looked at once in each. */
export const BUCKET_MS = 20;
/** The wait falls by this part of the share that was refused in a bucket, */
const FALL_OF_SHARE = 0.4;
/** and by a fifth where half or more was. */
const FALL_MAX = 0.2;
/** Calm buckets from the target back to the ceiling: a second. */
const BUCKETS_TO_RISE = 50;
/** Of the smoothed handler time the last one makes up so much. */
const DURATION_WEIGHT = 1 / 16;
/**
 * The time between starts is an average over about so long, however many they were: short handlers
 * start thousands in that time, and a stall of the event loop (a garbage collection, a busy machine)
 * must not be taken for the pace at which they go on.
 */
const INTERVAL_MEMORY_MS = 100;
/** At first the pace is taken to be fast, with the weight of so many starts. */
const STARTS_BELIEVED = 8;

export class SojournLaw implements QueueLaw {
  readonly #targetMs: number;
  readonly #waitMsMax: number;
  /** By class, from the highest. */
  readonly #waits: readonly ClassWait[];

  /** Smoothed handler time. Begins near zero, and as a double. */
  #typicalMs: number = Number.MIN_VALUE;
  /** Starts while others waited, and the time in which they were: each counts the less the longer ago it was. */
  #starts: number = STARTS_BELIEVED;
  #startsTookMs: number = Number.MIN_VALUE;
  #lastStartAt: number = Number.NaN;

  #bucketEndsAt: number = Number.NEGATIVE_INFINITY;

  constructor(targetMs: number, waitMsMax: number) {
    this.#targetMs = targetMs;
    this.#waitMsMax = waitMsMax;
    this.#waits = priorities.map(() => new ClassWait(waitMsMax));
  }

  /** From the target to the ceiling. */
  waitMs(priority: number): number {
    return this.#waits[priority]!.ms;
  }

  /** Twice what was expected on arrival: the estimate may be wrong, and the queue uneven. */
  patienceMs(priority: number): number {
    return 2 * this.waitMs(priority);
  }

  refusesArrival(ticket: Ticket, entriesAhead: number, now: number): RefusalReason | null {
    this.#closeBuckets(now);
    const expectedMs = entriesAhead * this.#intervalMs(ticket.priority);
    if (!makesDeadline(ticket, now + expectedMs, this.#typicalMs)) return 'deadline';
    return this.#waits[ticket.priority]!.allows(expectedMs, now) ? null : 'waitTooLong';
  }

  refusesStart(ticket: Ticket, now: number): RefusalReason | null {
    this.#closeBuckets(now);
    return makesDeadline(ticket, now, this.#typicalMs) ? null : 'deadline';
  }

  wantsFewer(priority: number, entries: number): boolean {
    const wait = this.#waits[priority]!;
    if (!wait.hasSurplus) return false;
    wait.hasSurplus = entries * this.#intervalMs(priority) > wait.ms;
    return wait.hasSurplus;
  }

  noteBacklog(now: number): void {
    this.#lastStartAt = now;
  }

  noteInlineStart(ticket: Ticket, now: number): void {
    this.#closeBuckets(now);
    this.#waits[ticket.priority]!.started++;
  }

  noteStart(ticket: Ticket, now: number): void {
    this.#closeBuckets(now);
    this.#waits[ticket.priority]!.started++;
    const tookMs = now - this.#lastStartAt;
    const kept = INTERVAL_MEMORY_MS / (INTERVAL_MEMORY_MS + tookMs);
    this.#starts = kept * this.#starts + 1;
    this.#startsTookMs = kept * this.#startsTookMs + tookMs;
    this.#lastStartAt = now;
  }

  noteRefusal(ticket: Ticket, _reason: RefusalReason, now: number): void {
    // First: what ends a trial was refused on it, and not before it.
    for (let i = ticket.priority; i < this.#waits.length; i++) this.#waits[i]!.noteRefusal(now);
    this.#closeBuckets(now);
    this.#waits[ticket.priority]!.refused++;
  }

  noteGone(): void {}

  noteDuration(durationMs: number): void {
    this.#typicalMs += (durationMs - this.#typicalMs) * DURATION_WEIGHT;
  }

  /**
   * The time from one start to the next. That in which others are refused is in it, too; on trial
   * nobody will be, and no more than a handler takes is expected.
   */
  #intervalMs(priority: number): number {
    const measuredMs = this.#startsTookMs / this.#starts;
    return this.#waits[priority]!.isOnTrial ? Math.min(measuredMs, this.#typicalMs) : measuredMs;
  }

  /** Draws the conclusions from the bucket that was open, if it is over. */
  #closeBuckets(now: number): void {
    if (now < this.#bucketEndsAt) return;
    if (this.#bucketEndsAt === Number.NEGATIVE_INFINITY) this.#bucketEndsAt = now;
    // Those since then, in which nothing was noted, were calm.
    const emptyBuckets = Math.floor((now - this.#bucketEndsAt) / BUCKET_MS);
    let started = 0;
    let refused = 0;
    for (const wait of this.#waits) {
      started += wait.started;
      refused += wait.refused;
      const isCalm = refused === 0;
      if (!isCalm && !wait.isOnTrial) this.#lower(wait, refused / (started + refused));
      this.#raise(wait, isCalm ? emptyBuckets + 1 : emptyBuckets);
      this.#tryMore(wait, !isCalm && emptyBuckets === 0, now);
      wait.started = 0;
      wait.refused = 0;
    }
    this.#bucketEndsAt += (emptyBuckets + 1) * BUCKET_MS;
  }

  #tryMore(wait: ClassWait, isRefusing: boolean, now: number): void {
    if (wait.isOnTrial) {
      if (now >= wait.trialEndsAt) wait.settle();
    } else if (wait.ms === this.#waitMsMax) {
      if (!isRefusing) wait.settle();
    } else if (isRefusing && now >= wait.trialAt) {
      wait.beginTrial(this.#waitMsMax, now);
    }
  }

  #lower(wait: ClassWait, refusedShare: number): void {
    const fall = Math.min(FALL_MAX, FALL_OF_SHARE * refusedShare);
    wait.ms = Math.max(this.#targetMs, wait.ms * (1 - fall));
  }

  #raise(wait: ClassWait, calmBuckets: number): void {
    const step = (this.#waitMsMax - this.#targetMs) / BUCKETS_TO_RISE;
    wait.ms = Math.min(this.#waitMsMax, wait.ms + calmBuckets * step);
  }
}
