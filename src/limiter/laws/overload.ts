// Whether more comes, for one class of requests, than can be served while clients wait. Nobody is refused
// until that is proven. Then the wait is held short, until it is seen that nobody need be refused.

/** How long clients wait for an answer. */
export const PATIENCE_MS = 500;
/**
 * A wait beyond {@link PATIENCE_MS} has to be expected for so long. It takes a third of it to accept 512
 * connections, one a turn. Long polls that come with the others are told from them meanwhile. At twice the
 * capacity the first in the queue has waited 425 ms by then.
 */
const PROVEN_AFTER_MS = 350;
/** The wait that those who are let in under overload may expect, while many are refused, */
export const TIGHT_MS = 12;
/** and where few are: a burst at less than the capacity is to be the end of it. */
export const TIGHT_MS_MAX = 100;
/** It rises by so much with each bucket of time in which nobody was refused, and falls by a fifth with any other. */
const RISE_MS = 2;
const FALL = 0.8;
/**
 * So long without a refusal, and nobody need be refused, unless a wait beyond {@link TIGHT_MS} is expected then. Where a
 * little more comes than can be served, the queue grows no faster than what may be waited for: nobody is refused for a
 * second, though it grows.
 */
const CALM_MS = 1000;
/** The first trial comes so long after the proof, and after each that failed twice as long. */
const PAUSE_MS_MIN = 1000;
const PAUSE_MS_MAX = 8000;
/** On trial as many may wait as there are connections that ask, and a few that connect meanwhile. */
const TRIAL_FACTOR = 1.25;
/** A trial is made where those who were refused are back so soon: */
const RETURN_MS = 250;
/** reckoned over a second. */
const REFUSAL_MEMORY = 50;
/** Of those who left and of those who started a fifth is forgotten each bucket. */
const KEPT_ABUCKET = 0.8;
/** So many have to leave, and half as many as start, for it to be clients that give up. */
const LEFT_MIN = 4;
const LEFT_SHARE = 0.5;

/** Times begin as NaN, so that V8 keeps them as doubles. */
export class Overload {
  /** It is proven: the wait is held short. */
  isProven: boolean = false;
  /** More wait than may. */
  hasSurplus: boolean = false;
  /** In the bucket of time that is open. */
  refused: number = 0;
  /** To the one that came last in the bucket of time that is open. */
  #isQueueLong: boolean = false;
  #started: number = 0;
  #left: number = 0;
  #leftMs: number = Number.MIN_VALUE;
  #startedLately: number = Number.MIN_VALUE;
  #leftLately: number = Number.MIN_VALUE;
  /** How long those who left lately had waited: the sum, and so the mean. */
  #leftMsLately: number = Number.MIN_VALUE;
  /** How long those had waited who left, when that proved something. */
  #leftAfterMs: number = Number.POSITIVE_INFINITY;
  /** A bucket. */
  #refusedLately: number = Number.MIN_VALUE;
  /** Since when a wait beyond patience is expected. */
  #foreseenAt: number = Number.NaN;
  /** Nothing was refused since. */
  #calmFrom: number = Number.NaN;
  #trialAt: number = Number.NaN;
  /** What is allowed to wait now, under overload. */
  #allowedMs: number = Number.NaN;
  #entriesOnTrial: number = Number.NaN;
  #pauseMs: number = PAUSE_MS_MIN;

  /** Everybody may wait, for as long as clients do. */
  get isOpen(): boolean {
    return !this.isProven || this.#isOnTrial;
  }

  /** What may be expected under overload. */
  get tightPatienceMs(): number {
    return this.#allowedMs;
  }

  get #isOnTrial(): boolean {
    return !Number.isNaN(this.#entriesOnTrial);
  }

  /** One comes, and may expect to wait as long. */
  noteArrival(expectedMs: number): void {
    this.#isQueueLong = expectedMs > TIGHT_MS;
  }

  /** May one come in behind `entries`, who will wait as long? */
  allows(entries: number, expectedMs: number): boolean {
    if (this.#isOnTrial) return entries <= this.#entriesOnTrial;
    return !this.isProven || expectedMs <= this.#allowedMs;
  }

  /** One that came may expect to wait as long. True if that proves it. */
  foresee(expectedMs: number, isClosed: boolean, now: number): boolean {
    if (this.isProven) return false;
    if (expectedMs < PATIENCE_MS) this.#foreseenAt = Number.NaN;
    else if (Number.isNaN(this.#foreseenAt)) this.#foreseenAt = now;
    return now - this.#foreseenAt >= PROVEN_AFTER_MS && !isClosed;
  }

  /** Nobody waits. */
  noteEmpty(): void {
    this.#foreseenAt = Number.NaN;
  }

  noteStart(): void {
    this.#started++;
  }

  /** Whoever leaves sooner than {@link TIGHT_MS} would have left under any law: it has changed its mind. */
  noteLeft(waitedMs: number): void {
    if (waitedMs < TIGHT_MS) return;
    this.#left++;
    this.#leftMs += waitedMs;
  }

  /** In this class or above. On trial that means that all is again as it was before. */
  noteRefusal(now: number): void {
    if (!this.isProven) return;
    this.#calmFrom = now;
    if (this.#isOnTrial) this.#tighten(now);
  }

  prove(now: number): void {
    if (this.isProven) return;
    this.isProven = true;
    this.#allowedMs = TIGHT_MS;
    this.#foreseenAt = Number.NaN;
    this.#calmFrom = now;
    this.#tighten(now);
  }

  /** How many more than may do wait? */
  noteQueue(entries: number, expectedMs: number): void {
    this.hasSurplus = this.hasSurplus && !this.allows(entries, expectedMs);
  }

  /**
   * Draws the conclusions from a bucket. A start takes `intervalMs`.
   *
   * @param asking - connections that ask; 0 where nobody knows
   */
  closeBucket(asking: number, intervalMs: number, now: number): void {
    this.#leftLately = KEPT_ABUCKET * this.#leftLately + this.#left;
    this.#leftMsLately = KEPT_ABUCKET * this.#leftMsLately + this.#leftMs;
    this.#startedLately = KEPT_ABUCKET * this.#startedLately + this.#started;
    this.#refusedLately += (this.refused - this.#refusedLately) / REFUSAL_MEMORY;
    const isRefusing = this.refused > 0;
    if (isRefusing) this.#allowedMs = Math.max(TIGHT_MS, this.#allowedMs * FALL);
    else this.#allowedMs = Math.min(TIGHT_MS_MAX, this.#allowedMs + RISE_MS);
    this.#started = 0;
    this.refused = 0;
    this.#left = 0;
    this.#leftMs = 0;
    const isQueueLong = this.#isQueueLong && !this.#isOnTrial;
    this.#isQueueLong = false;
    const areLeaving = this.#leftLately > Math.max(LEFT_MIN, LEFT_SHARE * this.#startedLately);
    if (this.isOpen && areLeaving) {
      this.#leftAfterMs = this.#leftMsLately / this.#leftLately;
      if (this.#isOnTrial) this.#tighten(now);
      else this.prove(now);
    } else if (this.isProven && now - this.#calmFrom >= CALM_MS && !isQueueLong) this.#open();
    else if (isRefusing && !this.isOpen && now >= this.#trialAt) this.#try(asking, intervalMs, now);
  }

  /** Where all who ask could be served while they wait, or are back at once, all may come in. */
  #try(asking: number, intervalMs: number, now: number): void {
    const expectedMs = asking * intervalMs;
    const refusedASecond = this.#refusedLately * REFUSAL_MEMORY;
    if (expectedMs > this.#leftAfterMs) {
      // They left, and would have to wait for longer than that again.
      this.#leftAfterMs = Number.POSITIVE_INFINITY;
      this.#trialAt = now + PAUSE_MS_MAX;
    } else if (
      expectedMs <= PATIENCE_MS ||
      refusedASecond * RETURN_MS >= 1000 * Math.max(1, asking)
    ) {
      // Where nobody knows how many ask, those may come in who are served while they wait.
      this.#entriesOnTrial = asking > 0 ? TRIAL_FACTOR * asking : PATIENCE_MS / intervalMs;
      this.hasSurplus = false;
      this.#calmFrom = now;
    } else this.#trialAt = now + CALM_MS;
  }

  #tighten(now: number): void {
    this.#entriesOnTrial = Number.NaN;
    this.hasSurplus = true;
    this.#trialAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(PAUSE_MS_MAX, 2 * this.#pauseMs);
  }

  #open(): void {
    // A trial that failed a moment ago is not forgotten where another has succeeded.
    if (!this.#isOnTrial) this.#pauseMs = PAUSE_MS_MIN;
    this.isProven = false;
    this.#leftAfterMs = Number.POSITIVE_INFINITY;
    this.#entriesOnTrial = Number.NaN;
    this.hasSurplus = false;
  }
}
