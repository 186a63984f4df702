// Whether more comes, for one class of requests, than can be served while clients wait. Nobody is refused
// until that is proven. Then the wait is held short, until it is seen that nobody need be refused.

/** How long clients wait for an answer. */
export const patienceMs = 500;
/**
 * A wait beyond {@link patienceMs} has to be expected for so long. It takes half of it to accept 512
 * connections, one a turn; at twice the capacity the first in the queue has waited 375 ms by then.
 */
const provenAfterMs = 250;
/** The wait that those who are let in under overload may expect, while many are refused, */
export const tightMs = 12;
/** and where few are: a burst at less than the capacity is to be the end of it. */
export const tightMsMax = 100;
/** It rises by so much with each bucket of time in which nobody was refused, and falls by a fifth with any other. */
const riseMs = 2;
const fall = 0.8;
/** So long without a refusal, and nobody need be refused. */
const calmMs = 1000;
/** The first trial comes so long after the proof, and after each that failed twice as long. */
const pauseMsMin = 1000;
const pauseMsMax = 8000;
/** On trial as many may wait as there are connections that ask, and a few that connect meanwhile. */
const trialFactor = 1.25;
/** A trial is made where those who were refused are back so soon: */
const returnMs = 250;
/** reckoned over a second. */
const refusalMemory = 50;
/** Of those who left and of those who started a fifth is forgotten each bucket. */
const keptABucket = 0.8;
/** So many have to leave, and half as many as start, for it to be clients that give up. */
const leftMin = 4;
const leftShare = 0.5;

/** Times begin as NaN, so that V8 keeps them as doubles. */
export class Overload {
  /** It is proven: the wait is held short. */
  isProven: boolean = false;
  /** More wait than may. */
  hasSurplus: boolean = false;
  /** In the bucket of time that is open. */
  refused: number = 0;
  private started: number = 0;
  private left: number = 0;
  private startedLately: number = Number.MIN_VALUE;
  private leftLately: number = Number.MIN_VALUE;
  /** A bucket. */
  private refusedLately: number = Number.MIN_VALUE;
  /** Since when a wait beyond patience is expected. */
  private foreseenAt: number = Number.NaN;
  /** Nothing was refused since. */
  private calmFrom: number = Number.NaN;
  private trialAt: number = Number.NaN;
  /** What is allowed to wait now, under overload. */
  private allowedMs: number = Number.NaN;
  private entriesOnTrial: number = Number.NaN;
  private pauseMs: number = pauseMsMin;

  /** Everybody may wait, for as long as clients do. */
  get isOpen(): boolean {
    return !this.isProven || this.isOnTrial;
  }

  /** What may be expected under overload. */
  get tightPatienceMs(): number {
    return this.allowedMs;
  }

  private get isOnTrial(): boolean {
    return !Number.isNaN(this.entriesOnTrial);
  }

  /** May one come in behind `entries`, who will wait as long? */
  allows(entries: number, expectedMs: number): boolean {
    if (this.isOnTrial) return entries <= this.entriesOnTrial;
    return !this.isProven || expectedMs <= this.allowedMs;
  }

  /** One that came may expect to wait as long. True if that proves it. */
  foresee(expectedMs: number, isClosed: boolean, now: number): boolean {
    if (this.isProven) return false;
    if (expectedMs < patienceMs) this.foreseenAt = Number.NaN;
    else if (Number.isNaN(this.foreseenAt)) this.foreseenAt = now;
    return now - this.foreseenAt >= provenAfterMs && !isClosed;
  }

  /** Nobody waits. */
  noteEmpty(): void {
    this.foreseenAt = Number.NaN;
  }

  noteStart(): void {
    this.started++;
  }

  noteLeft(): void {
    this.left++;
  }

  /** In this class or above. On trial that means that all is again as it was before. */
  noteRefusal(now: number): void {
    if (!this.isProven) return;
    this.calmFrom = now;
    if (this.isOnTrial) this.tighten(now);
  }

  prove(now: number): void {
    if (this.isProven) return;
    this.isProven = true;
    this.allowedMs = tightMs;
    this.foreseenAt = Number.NaN;
    this.calmFrom = now;
    this.tighten(now);
  }

  /** How many more than may do wait? */
  noteQueue(entries: number, expectedMs: number): void {
    this.hasSurplus = this.hasSurplus && !this.allows(entries, expectedMs);
  }

  /** Draws the conclusions from a bucket. `asking` connections ask; a start takes `intervalMs`. */
  closeBucket(asking: number, intervalMs: number, now: number): void {
    this.leftLately = keptABucket * this.leftLately + this.left;
    this.startedLately = keptABucket * this.startedLately + this.started;
    this.refusedLately += (this.refused - this.refusedLately) / refusalMemory;
    const isRefusing = this.refused > 0;
    if (isRefusing) this.allowedMs = Math.max(tightMs, this.allowedMs * fall);
    else this.allowedMs = Math.min(tightMsMax, this.allowedMs + riseMs);
    this.started = 0;
    this.refused = 0;
    this.left = 0;
    const areLeaving = this.leftLately > Math.max(leftMin, leftShare * this.startedLately);
    if (this.isOpen && areLeaving) {
      if (this.isOnTrial) this.tighten(now);
      else this.prove(now);
    } else if (this.isProven && now - this.calmFrom >= calmMs) this.open();
    else if (isRefusing && !this.isOpen && now >= this.trialAt) this.try(asking, intervalMs, now);
  }

  /** Where all who ask could be served while they wait, or are back at once, all may come in. */
  private try(asking: number, intervalMs: number, now: number): void {
    const refusedASecond = this.refusedLately * refusalMemory;
    if (
      asking * intervalMs <= patienceMs ||
      refusedASecond * returnMs >= 1000 * Math.max(1, asking)
    ) {
      this.entriesOnTrial = trialFactor * asking;
      this.hasSurplus = false;
      this.calmFrom = now;
    } else this.trialAt = now + calmMs;
  }

  private tighten(now: number): void {
    this.entriesOnTrial = Number.NaN;
    this.hasSurplus = true;
    this.trialAt = now + this.pauseMs;
    this.pauseMs = Math.min(pauseMsMax, 2 * this.pauseMs);
  }

  private open(): void {
    // A trial that failed a moment ago is not forgotten where another has succeeded.
    if (!this.isOnTrial) this.pauseMs = pauseMsMin;
    this.isProven = false;
    this.entriesOnTrial = Number.NaN;
    this.hasSurplus = false;
  }
}
