// How fast handlers end: what a place in the queue costs. It is the best of the last buckets of time in which any
// did: a stall of the process is in none of them. Starts would tell something else: where the limit is high or rises,
// many start that will wait for each other further on.

const BUCKETS_KEPT = 10;
/** Of the mean's ends and time so much is kept with each bucket in which any ended. */
const KEPT_IN_MEAN = 0.9;
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
  #ms: number = Number.MIN_VALUE;
  #ends: number = Number.MIN_VALUE;
  /** Since a bucket in which any ended. */
  #silentMs: number = Number.MIN_VALUE;

  noteEnd(): void {
    this.#endsInBucket++;
  }

  get isKnown(): boolean {
    return this.#endsBefore === ENDS_TO_KNOW;
  }

  /**
   * The same on average, with the time in which none ended: what the next may count on for longer. Handlers that began
   * together end together, so the best bucket of a slow backend holds several times its share.
   */
  get meanMs(): number {
    return this.isKnown ? this.#ms / this.#ends : Number.POSITIVE_INFINITY;
  }

  /** The bucket that was open is over; it was open for `tookMs`. */
  closeBucket(tookMs: number): void {
    const endsInBucket = this.#endsInBucket;
    this.#silentMs += tookMs;
    if (endsInBucket === 0) return;
    this.#ms = KEPT_IN_MEAN * this.#ms + this.#silentMs;
    this.#ends = KEPT_IN_MEAN * this.#ends + endsInBucket;
    this.#silentMs = 0;
    this.#endsBefore = Math.min(ENDS_TO_KNOW, this.#endsBefore + endsInBucket);
    this.#intervals[this.#at] = tookMs / endsInBucket;
    this.#at = (this.#at + 1) % BUCKETS_KEPT;
    this.#endsInBucket = 0;
    this.intervalMs = Math.min(...this.#intervals);
  }
}
