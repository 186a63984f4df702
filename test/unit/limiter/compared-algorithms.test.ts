// The algorithms that simulations compare ours with: that they are what they are said to be.

import { describe, expect, test } from 'vitest';
import { AimdLimit } from '../../../src/limiter/algorithms/aimd.js';
import { EnvoyGradientLimit } from '../../../src/limiter/algorithms/envoy-gradient.js';
import { VegasLimit } from '../../../src/limiter/algorithms/vegas.js';
import { Feed, half, range, sinceDip } from './feed.js';

describe('aimd', () => {
  test('goes up by one while half of it is used, and down by a tenth when one is dropped or slow', () => {
    const feed = new Feed(new AimdLimit(range, 50));
    feed.one(50, { inFlight: 9 });
    expect(feed.algorithm.limit).toBe(20);
    feed.one(50, { inFlight: 10 });
    expect(feed.algorithm.limit).toBe(21);
    feed.one(51);
    expect(feed.algorithm.limit).toBe(18);
    feed.one(10, { dropped: true });
    expect(feed.algorithm.limit).toBe(17);
  });

  test('finds nothing slow unless told what is', () => {
    const feed = new Feed(new AimdLimit(range));
    feed.one(1_000_000);
    expect(feed.algorithm.limit).toBe(21);
  });
});

describe('vegas', () => {
  const wide = { initial: 20, min: 4, max: 1000 };

  /** The limit after one sample of as long, where the least is 10 ms. */
  function limitAfter(
    durationMs: number,
    limit: number,
    given: Parameters<Feed['one']>[1] = {},
  ): number {
    const feed = new Feed(new VegasLimit(wide, half));
    feed.one(10);
    feed.algorithm.limit = limit;
    feed.one(durationMs, given);
    return feed.algorithm.limit;
  }

  test('moves by what seems to queue further on: one, two, three to six, more', () => {
    // What queues is the limit × (1 − 10 / duration), rounded up.
    expect([10, 10.5, 11, 11.5, 14, 15, 40].map((ms) => limitAfter(ms, 20))).toEqual([
      26, 26, 21, 20, 20, 19, 19,
    ]);
  });

  test('moves in steps of the logarithm of the limit, and of one at least', () => {
    expect(limitAfter(10, 9)).toBe(15);
    expect(limitAfter(10.2, 100)).toBe(112);
    expect(limitAfter(10.4, 100)).toBe(102);
    expect(limitAfter(10.5, 100)).toBe(102);
    expect(limitAfter(10.6, 100)).toBe(100);
    expect(limitAfter(11.35, 100)).toBe(100);
    expect(limitAfter(11.45, 100)).toBe(98);
    expect(limitAfter(11, 1000)).toBe(997);
  });

  test('falls when one is dropped, whatever it took', () => {
    expect(limitAfter(10.1, 100, { dropped: true })).toBe(98);
    expect(limitAfter(10.1, 100, { dropped: true, inFlight: 1 })).toBe(98);
  });

  test('learns nothing of a limit that is not half used', () => {
    expect(limitAfter(10, 20, { inFlight: 9 })).toBe(20);
    expect(limitAfter(10, 20, { inFlight: 10 })).toBe(26);
  });

  test('takes a shorter time for the least, and no step with it', () => {
    const feed = new Feed(new VegasLimit(wide, half));
    feed.one(10);
    feed.one(8, { dropped: true });
    expect(feed.algorithm.limit).toBe(20);
    feed.one(10);
    // 20 × (1 − 8 / 10) = 4 queue.
    expect(feed.algorithm.limit).toBe(20);
  });

  test('forgets the least after 15 to 30 samples for each slot', () => {
    for (const [random, samples] of [
      [0, 300],
      [0.5, 450],
      [0.999, 600],
    ] as const) {
      const feed = new Feed(new VegasLimit(wide, () => random));
      const untilForgotten = (durationMs: number): number => {
        for (let count = 1; ; count++) {
          feed.algorithm.limit = 20;
          feed.one(durationMs);
          if (feed.algorithm.limit === 20) return count;
        }
      };
      feed.one(10);
      expect(1 + untilForgotten(100)).toBe(samples);
      // Now a hundred is the least.
      feed.one(100);
      expect(feed.algorithm.limit).toBe(26);
      expect(1 + untilForgotten(1000)).toBe(samples);
    }
  });
});

describe("envoy's gradient", () => {
  /** It has measured a least time of 10 ms, and is back at 20. */
  function measured(random: () => number = half): Feed {
    const feed = new Feed(new EnvoyGradientLimit({ ...range, min: 3 }, random));
    feed.one(10);
    feed.window(10, sinceDip);
    return feed;
  }

  test('measures the least time with three in flight, of fifty that started since', () => {
    const feed = new Feed(new EnvoyGradientLimit({ ...range, min: 3 }, half));
    feed.one(10);
    expect(feed.algorithm.limit).toBe(3);
    const edge = feed.now;
    for (let i = 0; i < 100; i++) feed.one(500, { startedAt: edge - 1 });
    for (let i = 0; i < 49; i++) feed.one(10, { startedAt: edge });
    expect(feed.algorithm.limit).toBe(3);
    feed.now += 5;
    feed.one(10, { startedAt: edge });
    expect(feed.algorithm.limit).toBe(20);
    // Those who ran meanwhile tell nothing of twenty.
    for (let i = 0; i < 100; i++) feed.one(500, { startedAt: edge + 1 });
    feed.now += 100;
    feed.one(500, { startedAt: edge + 4 });
    expect(feed.algorithm.limit).toBe(20);
    // 20 × 1.25, and its root.
    feed.one(10, { startedAt: edge + 5 });
    expect(feed.algorithm.limit).toBe(30);
  });

  test('follows the median of each 100 ms, by half or by two at most', () => {
    for (const [ms, limit] of [
      [1, 46],
      [6, 46],
      [10, 30],
      [20, 16],
      [25, 13],
      [200, 13],
    ] as const) {
      const feed = measured();
      expect(feed.window(ms, sinceDip)).toBe(limit);
    }
  });

  test('takes the upper median of an even number, whatever the order', () => {
    const feed = measured();
    const begin = feed.now;
    for (let i = 0; i < 49; i++) feed.one(i % 2 === 0 ? 25 : 10, sinceDip);
    feed.now = begin + 99;
    feed.one(10, sinceDip);
    expect(feed.algorithm.limit).toBe(20);
    feed.now = begin + 100;
    feed.one(100, sinceDip);
    // Of 51: 25 of ten, 25 of twenty-five, one of a hundred.
    expect(feed.algorithm.limit).toBe(13);
  });

  test('compares numbers, not their names', () => {
    const feed = measured();
    const begin = feed.now;
    for (let i = 0; i < 24; i++) {
      feed.one(9, sinceDip);
      feed.one(100, sinceDip);
    }
    feed.one(9, sinceDip);
    feed.now = begin + 100;
    feed.one(100, sinceDip);
    expect(feed.algorithm.limit).toBe(13);
  });

  test('measures again each minute, later by up to 15 % of it', () => {
    for (const [random, afterMs] of [
      [0, 60_000],
      [0.5, 64_500],
      [1, 69_000],
    ] as const) {
      const feed = new Feed(new EnvoyGradientLimit({ ...range, min: 3 }, () => random));
      feed.one(10);
      feed.window(10, sinceDip);
      const begin = feed.now;
      feed.now = begin + afterMs - 1;
      feed.one(10, sinceDip);
      expect(feed.algorithm.limit).toBe(30);
      feed.now = begin + afterMs;
      feed.one(10, sinceDip);
      expect(feed.algorithm.limit).toBe(3);
    }
  });

  test('measures again after five windows at the minimum', () => {
    const feed = measured();
    feed.algorithm.limit = 3;
    const limits = Array.from({ length: 7 }, () => feed.window(100, sinceDip));
    // Five that are far too long, the measurement, and one that is as it ought to be.
    expect(limits).toEqual([3, 3, 3, 3, 3, 3, 5]);
  });

  test('counts them in a row', () => {
    const feed = measured();
    feed.algorithm.limit = 3;
    for (let i = 0; i < 4; i++) feed.window(100, sinceDip);
    expect(feed.window(10, sinceDip)).toBe(5);
    feed.algorithm.limit = 3;
    const limits = Array.from({ length: 6 }, () => feed.window(100, sinceDip));
    expect(limits).toEqual([3, 3, 3, 3, 3, 3]);
    expect(feed.window(100, sinceDip)).toBe(5);
  });
});
