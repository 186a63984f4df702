// How fast handlers end: what a place in the queue costs. It is the best of the last buckets of time in which any
// did: a stall of the process is in none of them. Starts would tell something else: where the limit is high or rises,
// many start that will wait for each other further on.

const BUCKETS_KEPT = 10;
/** Fewer ends than these say nothing yet. */
const ENDS_TO_KNOW = 10;

export class Pace {
  /** From one end to the next. Infinity before anything is known. */
  intervalMs: number = Number.POSITIVE_INFINITY;
  readonly #intervals: Float64Array = new Float64Array(BUCKETS_KEPT).fill(Number.POSITIVE_INFINITY);
  #at: number = 0;
  /** In the buckets that are over, counted up to {@link ENDS_TO_KNOW}. */
  #endsBefore: number = 0;
  #endsInBucket: number = 0;

  noteEnd(): void {
    this.#endsInBucket++;
  }

  get isKnown(): boolean {
    return this.#endsBefore === ENDS_TO_KNOW;
  }

  /** The bucket that was open is over; it was open for `tookMs`. */
  closeBucket(tookMs: number): void {
    const endsInBucket = this.#endsInBucket;
    if (endsInBucket === 0) return;
    this.#endsBefore = Math.min(ENDS_TO_KNOW, this.#endsBefore + endsInBucket);
    this.#intervals[this.#at] = tookMs / endsInBucket;
    this.#at = (this.#at + 1) % BUCKETS_KEPT;
    this.#endsInBucket = 0;
    this.intervalMs = Math.min(...this.#intervals);
  }
}
