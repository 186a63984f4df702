// Up by one while all goes well, down by a tenth at a time-out: the rule of TCP's congestion window,
// as Netflix/concurrency-limits has it. For comparison in simulations.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';

const BACKOFF = 0.9;

export class AimdLimit extends LearningLimit {
  /** A handler that took longer counts as dropped. */
  readonly #slowMs: number;

  constructor(range: LimitRange, slowMs: number = Number.POSITIVE_INFINITY) {
    super(range);
    this.#slowMs = slowMs;
  }

  override sample({ dropped, durationMs, inFlight }: Readonly<Sample>): void {
    if (dropped || durationMs > this.#slowMs) this.limit = this.exactLimit * BACKOFF;
    else if (inFlight * 2 >= this.limit) this.limit = this.exactLimit + 1;
  }
}
