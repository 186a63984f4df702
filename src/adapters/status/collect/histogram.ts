// Times in buckets of equal ratio. So a percentile is within 2.2 % of the true one at any size, and half a microsecond.
// Memory is the same for any number of times.

/** Buckets for each doubling. */
const STEPS = 16;
/** Shorter times share the first bucket. */
const MS_MIN = 0.01;
/** The last bucket begins near 45 minutes. */
const BUCKET_COUNT = 28 * STEPS;

/** What many times were like, in milliseconds. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** The longest, exactly. */
  readonly max: number;
}

/** Times of a few last seconds: a slice for each, and the oldest goes when a new one begins. */
export class RollingHistogram {
  readonly #slices: readonly Uint32Array[];
  readonly #longest: Float64Array;
  #now = 0;

  /** @param slices how many are remembered; the one that is filled now counts */
  constructor(slices: number) {
    this.#slices = Array.from({ length: slices }, () => new Uint32Array(BUCKET_COUNT));
    this.#longest = new Float64Array(slices);
  }

  record(ms: number): void {
    const slice = this.#slices[this.#now]!;
    slice[bucketOf(ms)]!++;
    if (ms > this.#longest[this.#now]!) this.#longest[this.#now] = ms;
  }

  /** Begins the next slice. */
  rotate(): void {
    this.#now = (this.#now + 1) % this.#slices.length;
    this.#slices[this.#now]!.fill(0);
    this.#longest[this.#now] = 0;
  }

  /** Of all slices. Undefined where there is no time. */
  all(): Percentiles | undefined {
    const sum = new Uint32Array(BUCKET_COUNT);
    for (const slice of this.#slices) for (let i = 0; i < BUCKET_COUNT; i++) sum[i]! += slice[i]!;
    return percentilesOf(
      sum,
      this.#longest.reduce((a, b) => Math.max(a, b)),
    );
  }

  /** Of the slice that is filled now. Undefined where there is no time. */
  latest(): Percentiles | undefined {
    return percentilesOf(this.#slices[this.#now]!, this.#longest[this.#now]!);
  }
}

function bucketOf(ms: number): number {
  // Also for NaN.
  if (!(ms > MS_MIN)) return 0;
  return Math.min(1 + Math.floor(Math.log2(ms / MS_MIN) * STEPS), BUCKET_COUNT - 1);
}

/** The middle of a bucket, on the scale of ratios, in whole microseconds. The first one is as good as no time. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : micros(MS_MIN * 2 ** ((bucket - 0.5) / STEPS));
}

function micros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function percentilesOf(buckets: Uint32Array, max: number): Percentiles | undefined {
  const count = buckets.reduce((a, b) => a + b, 0);
  if (count === 0) return undefined;
  const at = (share: number): number => {
    const rank = Math.ceil(share * count);
    let seen = 0;
    let bucket = 0;
    while (seen + buckets[bucket]! < rank) seen += buckets[bucket++]!;
    return Math.min(middleOf(bucket), micros(max));
  };
  return { count, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: micros(max) };
}
