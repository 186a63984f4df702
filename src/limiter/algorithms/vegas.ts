// TCP Vegas, as Netflix/concurrency-limits applies it to each request: the queue further on is taken
// from the ratio of the least time to this one's. For comparison in simulations.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';

/** The least time is forgotten after as many samples for each slot, with a jitter. */
const PROBE_MULTIPLIER = 30;

export class VegasLimit extends LearningLimit {
  readonly #random: () => number;
  #leastMs: number = Number.POSITIVE_INFINITY;
  #samplesLeft: number;

  constructor(range: LimitRange, random: () => number) {
    super(range);
    this.#random = random;
    this.#samplesLeft = this.#samplesToProbe();
  }

  override sample({ durationMs, dropped, inFlight }: Readonly<Sample>): void {
    if (--this.#samplesLeft <= 0) {
      this.#samplesLeft = this.#samplesToProbe();
      this.#leastMs = durationMs;
      return;
    }
    if (durationMs < this.#leastMs) {
      this.#leastMs = durationMs;
      return;
    }
    const limit = this.exactLimit;
    const step = Math.max(1, Math.floor(Math.log10(limit)));
    if (dropped) {
      this.limit = limit - step;
      return;
    }
    if (inFlight * 2 < limit) return;
    const queued = Math.ceil(limit * (1 - this.#leastMs / durationMs));
    if (queued <= step) this.limit = limit + 6 * step;
    else if (queued < 3 * step) this.limit = limit + step;
    else if (queued > 6 * step) this.limit = limit - step;
  }

  #samplesToProbe(): number {
    return (0.5 + this.#random() / 2) * PROBE_MULTIPLIER * this.limit;
  }
}
