// Feeds an algorithm that finds a limit with samples, in virtual time.

import type {
  LimitAlgorithm,
  LimitRange,
  Sample,
} from '../../../src/limiter/algorithms/algorithm.js';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';

export const range: LimitRange = { initial: 20, min: 4, max: 100 };
/** Begins with a limit that no test reaches. */
export const wide: LimitRange = { initial: 900, min: 4, max: 1000 };
export const half = (): number => 0.5;

/** Of samples that started after whatever came before. */
export const sinceDip: Partial<Sample> = { startedAt: Number.POSITIVE_INFINITY };

/** Feeds an algorithm as a limiter would that is always asked for more than it may start. */
export class Feed {
  now: number = 0.5;
  arrivals: number = 0;
  blocked: number = 0;
  readonly algorithm: LimitAlgorithm;

  constructor(algorithm: LimitAlgorithm) {
    this.algorithm = algorithm;
  }

  one(durationMs: number, given: Partial<Sample> & { blocks?: boolean } = {}): void {
    this.arrivals++;
    if (given.blocks ?? true) this.blocked++;
    this.algorithm.sample({
      startedAt: this.now - durationMs,
      durationMs,
      among: this.algorithm.limit,
      inFlight: this.algorithm.limit,
      dropped: false,
      now: this.now,
      arrivals: this.arrivals,
      blocked: this.blocked,
      ...given,
    });
  }

  /** A window of 100 ms with 50 samples; gives the limit after it. */
  window(durationMs: number, given: Partial<Sample> & { blocks?: boolean } = {}): number {
    for (let i = 0; i < 50; i++) {
      this.now += 2;
      this.one(durationMs, given);
    }
    return this.algorithm.limit;
  }

  /** Windows until the limit is a quarter of what it was. Gives how many it took. */
  untilDip(durationMs: number, windowsMax = 300): number {
    for (let windows = 1; windows <= windowsMax; windows++) {
      const before = this.algorithm.limit;
      if (this.window(durationMs) <= Math.ceil(before / 4)) return windows;
    }
    throw new Error('no dip came');
  }

  /** Fifty that started since the dip began: its end. Gives the limit after it. */
  endDip(durationMs: number): number {
    const limit = this.window(durationMs, sinceDip);
    // What runs next starts after the dip.
    this.now += durationMs;
    return limit;
  }

  /** Past the first dip, which comes soon, with a base of as much. */
  settled(durationMs: number): this {
    this.untilDip(durationMs);
    this.endDip(durationMs);
    return this;
  }
}

/** Has seen handlers take 10 ms by themselves for some windows, and then, among `from` and more, take longer or as long each. */
export function amongMore(from: number, inFlight: number, grows: boolean, windows = 1): Feed {
  const feed = new Feed(new GradientLimit(wide, half));
  for (let i = 0; i < windows; i++) feed.window(10, { blocks: false, among: 20 });
  for (let i = 0; i < 50; i++) {
    feed.now += 2;
    const among = from + i;
    feed.one(grows ? among / 2 : 112, { among, inFlight, blocks: false });
  }
  return feed;
}
