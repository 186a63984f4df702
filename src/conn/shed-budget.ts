// How much of the loop's time goes into refusing, and what is done about it. A refusal is cheap, and
// yet clients who ask again at once can be refused all day: past a share of the time, who was
// refused is read from later, and what he sends next waits in the kernel meanwhile.
//
// That helps where a client waits for its answer before it asks again. Those who share a pool of
// connections go on asking as often as before, and some now wait for one that rests. From outside
// the two look alike, so it is tried: a longer rest stays while fewer have to be refused with it.

/** The share of the time from which on something is done, */
export const shedShare = 0.1;
/** and, once a rest has been found to help, more of it. */
export const restingShare = 0.05;
/** Shares and rates are taken over so long, or over two rests where that is longer. */
export const shedWindowMs = 200;
/** How long a client rests. The longest is less than the least `Retry-After` that a refusal tells. */
export const restsMs: readonly number[] = [0, 150, 300, 600];
/** A rest is in vain if it leaves more than this of the refusals before. Of clients who wait it leaves half. */
const leftMax = 0.7;
/** After a rest that was in vain, and twice as long after each further one, another is tried. */
const pauseMsMin = 2000;
const pauseMsMax = 64_000;
/** A rest that was of use may be so no longer: it is shortened after so long, and tried again if need be. */
const keptMs = 10_000;
/** After so long without a refusal all is forgotten. */
const calmMs = 1000;

export class ShedBudget {
  /** When the refusal that is under way began; NaN where none is. */
  #began = Number.NaN;
  /** In the window that is open: what refusing took, and how many were refused. */
  #spentMs = 0;
  #refused = 0;
  #windowBeganAt = Number.NEGATIVE_INFINITY;
  #windowEndsAt = Number.NEGATIVE_INFINITY;
  /** Who was refused before the rest changed comes back in this window: it tells nothing. */
  #isSettling = false;
  #lastShare = 0;
  /** Which rest it is. */
  #level = 0;
  /** By level: how many a millisecond were refused with the rest before it. */
  readonly #rateBefore: number[] = restsMs.map(() => Number.POSITIVE_INFINITY);
  #shortenAt = Number.POSITIVE_INFINITY;
  #lengthenAt = Number.NEGATIVE_INFINITY;
  #pauseMs = pauseMsMin;

  /** A refusal is about to be written. */
  begin(now: number): void {
    if (!this.open) this.#began = now;
  }

  /** A refusal has begun that has not ended. */
  get open(): boolean {
    return !Number.isNaN(this.#began);
  }

  /** It is written. Gives for how long its client is not to be read from. */
  end(now: number): number {
    if (now >= this.#windowEndsAt) {
      if (now >= this.#windowEndsAt + calmMs) this.#forget();
      else if (this.#isSettling) this.#isSettling = false;
      else this.#conclude(now - this.#windowBeganAt, now);
      this.#spentMs = 0;
      this.#refused = 0;
      this.#windowBeganAt = now;
      this.#windowEndsAt = now + Math.max(shedWindowMs, 2 * this.#restMs);
    }
    this.#spentMs += now - this.#began;
    this.#refused++;
    this.#began = Number.NaN;
    return this.#restMs;
  }

  get #restMs(): number {
    return restsMs[this.#level]!;
  }

  #conclude(passedMs: number, now: number): void {
    const share = this.#spentMs / passedMs;
    // Of two windows: one alone may be an accident.
    const steadyShare = Math.min(share, this.#lastShare);
    this.#lastShare = share;
    // Counted and not timed: what else the machine does makes refusals slow, but not few.
    const rate = this.#refused / passedMs;
    if (rate > leftMax * this.#rateBefore[this.#level]!) {
      this.#lengthenAt = now + this.#pauseMs;
      this.#pauseMs = Math.min(pauseMsMax, 2 * this.#pauseMs);
      this.#change(this.#level - 1, now);
    } else if (now >= this.#shortenAt) {
      this.#change(this.#level - 1, now);
    } else if (steadyShare > (this.#level === 0 ? shedShare : restingShare)) {
      if (this.#level === restsMs.length - 1 || now < this.#lengthenAt) return;
      this.#rateBefore[this.#level + 1] = rate;
      this.#change(this.#level + 1, now);
    }
  }

  #change(level: number, now: number): void {
    this.#level = level;
    this.#isSettling = true;
    this.#lastShare = Number.POSITIVE_INFINITY;
    this.#shortenAt = level === 0 ? Number.POSITIVE_INFINITY : now + keptMs;
  }

  #forget(): void {
    this.#level = 0;
    this.#isSettling = false;
    this.#lastShare = 0;
    this.#shortenAt = Number.POSITIVE_INFINITY;
    this.#lengthenAt = Number.NEGATIVE_INFINITY;
    this.#pauseMs = pauseMsMin;
  }
}
