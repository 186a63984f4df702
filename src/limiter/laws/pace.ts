// How fast queued requests are started: what a place in the queue costs. It is the best of the last buckets of
// time in which any were: a stall of the process is in none of them.

const BUCKETS_KEPT = 10;
/** Fewer starts than these say nothing yet. */
const STARTS_TO_KNOW = 10;

export class Pace {
  /** From one start to the next. Infinity before anything is known. */
  intervalMs: number = Number.POSITIVE_INFINITY;
  readonly #intervals: Float64Array = new Float64Array(BUCKETS_KEPT).fill(Number.POSITIVE_INFINITY);
  #at: number = 0;
  /** In the buckets that are over, counted up to {@link STARTS_TO_KNOW}. */
  #startsBefore: number = 0;
  #startsInBucket: number = 0;

  noteStart(): void {
    this.#startsInBucket++;
  }

  get isKnown(): boolean {
    return this.#startsBefore === STARTS_TO_KNOW;
  }

  /** The bucket that was open is over; it was open for `tookMs`. */
  closeBucket(tookMs: number): void {
    const startsInBucket = this.#startsInBucket;
    if (startsInBucket === 0) return;
    this.#startsBefore = Math.min(STARTS_TO_KNOW, this.#startsBefore + startsInBucket);
    this.#intervals[this.#at] = tookMs / startsInBucket;
    this.#at = (this.#at + 1) % BUCKETS_KEPT;
    this.#startsInBucket = 0;
    this.intervalMs = Math.min(...this.#intervals);
  }
}
