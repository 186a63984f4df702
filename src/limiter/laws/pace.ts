// How fast queued requests are started: what a place in the queue costs. It is the best of the last buckets of
// time in which any were: a stall of the process is in none of them.

const BUCKETS_KEPT = 10;
/** Fewer starts in all those buckets say nothing yet. */
const STARTS_TO_KNOW = 10;

export class Pace {
  /** From one start to the next. Infinity before anything is known. */
  intervalMs: number = Number.POSITIVE_INFINITY;
  readonly #intervals: Float64Array = new Float64Array(BUCKETS_KEPT).fill(Number.POSITIVE_INFINITY);
  readonly #starts: Float64Array = new Float64Array(BUCKETS_KEPT);
  #at: number = 0;
  #startsInAll: number = 0;
  #startsInBucket: number = 0;

  noteStart(): void {
    this.#startsInBucket++;
  }

  get isKnown(): boolean {
    return this.#startsInAll >= STARTS_TO_KNOW;
  }

  /** The bucket that was open is over; it was open for `tookMs`. */
  closeBucket(tookMs: number): void {
    if (this.#startsInBucket === 0) return;
    const at = this.#at;
    const startsInBucket = this.#startsInBucket;
    this.#startsInAll += startsInBucket - this.#starts[at]!;
    this.#starts[at] = startsInBucket;
    this.#intervals[at] = tookMs / startsInBucket;
    this.#at = (at + 1) % BUCKETS_KEPT;
    this.#startsInBucket = 0;
    this.intervalMs = Math.min(...this.#intervals);
  }
}
