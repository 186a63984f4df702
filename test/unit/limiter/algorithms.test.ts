import { describe, expect, test } from 'vitest';
import { AimdLimit } from '../../../src/limiter/algorithms/aimd.js';
import type { LimitAlgorithm, Sample } from '../../../src/limiter/algorithms/algorithm.js';
import { EnvoyGradientLimit } from '../../../src/limiter/algorithms/envoy-gradient.js';
import { FixedLimit } from '../../../src/limiter/algorithms/fixed.js';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { VegasLimit } from '../../../src/limiter/algorithms/vegas.js';
import { World } from './world.js';

const range = { initial: 20, min: 4, max: 100 };
const half = (): number => 0.5;

/** Feeds an algorithm as a limiter would that is always asked for more than it may start. */
class Feed {
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
}

test('fixed stays where it is set', () => {
  const world = new World({ concurrency: 3 });
  world.limiter.setLimit(5);
  expect(world.limiter.stats().limit).toBe(5);
  expect(new FixedLimit(7).learns).toBe(false);
});

test('time that a handler waits for its peer is not counted', () => {
  const samples: number[] = [];
  const algorithm: LimitAlgorithm = {
    limit: 1,
    learns: true,
    sample: ({ durationMs, startedAt, inFlight }) => {
      samples.push(durationMs, startedAt, inFlight);
    },
  };
  const world = new World({}, algorithm);
  const begin = world.now;
  const a = world.offer('a');
  world.now += 30;
  a.peerWaitMs += 25;
  a.release();
  expect(samples).toEqual([5, begin, 1]);
  world.offer('b').release('aborted');
  world.offer('p', { priority: 'probe' }).release();
  expect(samples.length).toBe(3);
});

describe('gradient', () => {
  test('doubles while nothing is slower than the base, bounded by what was in flight', () => {
    const feed = new Feed(new GradientLimit({ ...range, max: 1000 }, half));
    expect(feed.window(10)).toBe(40);
    expect(feed.window(10, { inFlight: 12 })).toBe(34);
    expect(feed.window(10, { inFlight: 1000 })).toBe(68);
  });

  test('never leaves its range', () => {
    const feed = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 5; i++) expect(feed.window(10)).toBeLessThanOrEqual(100);
    for (let i = 0; i < 60; i++) expect(feed.window(1000)).toBeGreaterThanOrEqual(4);
  });

  test('ends the slow start with the first mean that is too long, and settles where it fits', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.window(10);
    // 40 × max(1.5 × 10 / 20, ½) + √40
    expect(feed.window(20)).toBe(36);
    // Back at the base it grows by its root, and no more by doubling.
    expect(feed.window(10)).toBe(42);
  });

  test('holds the limit where it does not bind', () => {
    const feed = new Feed(new GradientLimit(range, half));
    expect(feed.window(10, { blocks: false })).toBe(20);
    expect(feed.window(500, { blocks: false })).toBe(20);
  });

  test('a step needs 100 ms and 50 samples, or a second and 5', () => {
    const feed = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 49; i++) feed.one(10);
    feed.now += 100;
    expect(feed.algorithm.limit).toBe(20);
    feed.one(10);
    expect(feed.algorithm.limit).toBe(40);

    const slow = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 4; i++) {
      slow.now += 300;
      slow.one(10);
    }
    expect(slow.algorithm.limit).toBe(20);
    slow.now += 300;
    slow.one(10);
    expect(slow.algorithm.limit).toBe(40);
  });

  test('brakes by a tenth where more than a tenth time out, and not at a tenth', () => {
    const feed = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 50; i++) {
      feed.now += 2;
      feed.one(10, { dropped: i < 6, blocks: false });
    }
    expect(feed.algorithm.limit).toBe(18);
    for (let i = 0; i < 50; i++) {
      feed.now += 2;
      feed.one(10, { dropped: i < 5, blocks: false });
    }
    expect(feed.algorithm.limit).toBe(18);
  });

  test('dips after ten seconds, measures with what started since, and returns', () => {
    const feed = new Feed(new GradientLimit(range, half));
    while (feed.now < 9900) feed.window(10);
    expect(feed.window(10)).toBe(100);
    let limit = 100;
    while (limit === 100 && feed.now < 20_000) limit = feed.window(10);
    expect(limit).toBe(25);
    expect(feed.now).toBeLessThan(10_400);
    const edge = feed.now;
    // Those who started before the dip tell nothing of it.
    for (let i = 0; i < 200; i++) feed.one(80, { startedAt: edge - 1 });
    expect(feed.algorithm.limit).toBe(25);
    feed.now += 1000;
    for (let i = 0; i < 49; i++) feed.one(30, { startedAt: edge + 1, now: edge + 31 });
    expect(feed.algorithm.limit).toBe(25);
    feed.one(30, { startedAt: edge + 1 });
    expect(feed.algorithm.limit).toBe(100);
    // The new base is thirty: as much again is no sign of a queue.
    expect(feed.window(44)).toBe(100);
  });

  test('dips after four falls in a row: the level itself may have changed', () => {
    const feed = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 4; i++) feed.window(10);
    const limits = [1, 2, 3, 4].map(() => feed.window(100));
    expect(limits[2]! - limits[3]!).toBeGreaterThan(limits[2]! / 2);
  });

  test('dips after five windows at the minimum', () => {
    const feed = new Feed(new GradientLimit({ initial: 1, min: 1, max: 1 }, half));
    feed.window(10);
    for (let i = 0; i < 4; i++) feed.window(100);
    // In the dip a base of a hundred is measured, and found right.
    feed.window(100);
    feed.algorithm.limit = 1;
    expect(feed.window(100)).toBe(1);
  });

  test('a limit that is set during a dip stays', () => {
    const feed = new Feed(new GradientLimit(range, half));
    while (feed.algorithm.limit !== 25 && feed.now < 20_000) feed.window(10);
    feed.algorithm.limit = 50;
    feed.now += 20;
    feed.window(10);
    expect(feed.algorithm.limit).toBe(50);
  });

  test('the base drifts up while the limit does not bind', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.window(10);
    for (let i = 0; i < 60; i++) feed.window(40, { blocks: false });
    const before = feed.algorithm.limit;
    expect(feed.window(40)).toBeGreaterThan(before);
  });
});

describe('for comparison', () => {
  test('aimd: up by one while it is used, down by a tenth when one is dropped or slow', () => {
    const feed = new Feed(new AimdLimit(range, 50));
    feed.one(10, { inFlight: 9 });
    expect(feed.algorithm.limit).toBe(20);
    feed.one(10, { inFlight: 10 });
    expect(feed.algorithm.limit).toBe(21);
    feed.one(51);
    expect(feed.algorithm.limit).toBe(18);
    feed.one(10, { dropped: true });
    expect(feed.algorithm.limit).toBe(17);
  });

  test('vegas: grows while few queue, falls where many do', () => {
    const feed = new Feed(new VegasLimit(range, half));
    feed.one(10);
    feed.one(10);
    expect(feed.algorithm.limit).toBe(26);
    feed.one(11);
    expect(feed.algorithm.limit).toBe(26);
    feed.one(40);
    expect(feed.algorithm.limit).toBe(25);
    feed.one(20, { dropped: true });
    expect(feed.algorithm.limit).toBe(24);
  });

  test('envoy: measures the least time with three in flight, then follows the median', () => {
    const feed = new Feed(new EnvoyGradientLimit({ ...range, min: 3 }, half));
    feed.one(10);
    expect(feed.algorithm.limit).toBe(3);
    feed.now += 20;
    feed.window(10);
    expect(feed.algorithm.limit).toBe(20);
    feed.now += 20;
    // 20 × 1.25, and its root.
    expect(feed.window(10)).toBe(30);
    const before = feed.algorithm.limit;
    feed.window(100);
    expect(feed.window(100)).toBeLessThan(before);
  });
});
