import { describe, expect, test } from 'vitest';
import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';
import { FixedLimit } from '../../../src/limiter/algorithms/fixed.js';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { amongMore, Feed, half, range, sinceDip, wide } from './feed.js';
import { SimulatedLimiter } from './simulated-limiter.js';

test('fixed stays where it is set', () => {
  const world = new SimulatedLimiter({ concurrency: 3 });
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
    reopen() {},
    forget() {},
  };
  const world = new SimulatedLimiter({}, algorithm);
  const begin = world.now;
  const a = world.offer('a');
  world.now += 30;
  world.limiter.pause(a, true, begin + 2);
  world.limiter.resume(a, begin + 27);
  a.release();
  expect(samples.splice(0)).toEqual([5, begin, 1]);
  // One that ends while it waits, and one whose wait is told to have ended twice.
  const ends = world.offer('ends while it waits');
  world.limiter.pause(ends, true, ends.startedAt + 2);
  world.now += 30;
  ends.release();
  const twice = world.offer('twice');
  world.limiter.pause(twice, true, world.now);
  for (const ms of [10, 50]) world.limiter.resume(twice, world.now + ms);
  world.now += 60;
  twice.release();
  expect([samples[0], samples[3]]).toEqual([2, 50]);
  samples.length = 0;
  world.offer('b').release('aborted');
  world.offer('p', { priority: 'probe' }).release();
  expect(samples.length).toBe(0);
});

describe('gradient', () => {
  test('doubles while nothing is slower than the base, bounded by what was in flight', () => {
    const feed = new Feed(new GradientLimit({ ...range, max: 1000 }, half));
    expect(feed.window(10)).toBe(40);
    expect(feed.window(10, { inFlight: 12 })).toBe(34);
    expect(feed.window(10, { inFlight: 1000 })).toBe(68);
  });

  test('binds where more than 2 % found the limit reached', () => {
    for (const [blocked, limit] of [
      [1, 20],
      [2, 40],
    ] as const) {
      const feed = new Feed(new GradientLimit(range, half));
      for (let i = 0; i < 50; i++) {
        feed.now += 2;
        feed.one(10, { blocks: i < blocked });
      }
      expect(feed.algorithm.limit).toBe(limit);
    }
  });

  test('is bounded by the most that were in flight, not by the last', () => {
    const feed = new Feed(new GradientLimit({ ...range, max: 1000 }, half));
    feed.one(10, { inFlight: 15 });
    expect(feed.window(10, { inFlight: 1 })).toBe(40);
  });

  test('takes no time at all for no sign of a queue', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.one(0);
    expect(feed.window(0)).toBe(40);
    // Nor later, when the slow start has ended.
    expect(feed.window(10, sinceDip)).toBe(26);
    expect(feed.window(0, sinceDip)).toBe(31);
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

  test('falls only where those that started among more took longer, once that can be seen', () => {
    const feed = new Feed(new GradientLimit({ ...range, max: 1000 }, half));
    const among = (ms: (number: number) => number): number => {
      for (let i = 0; i < 50; i++) {
        feed.now += 2;
        const number = 20 + (i % 10);
        feed.one(ms(number), { among: number });
      }
      return feed.algorithm.limit;
    };
    expect(among(() => 10)).toBe(40);
    // Another mix of requests: five times as long, however many run.
    expect(among(() => 50)).toBe(80);
    expect(among(() => 50)).toBe(160);
    // A queue.
    expect(among((number) => 3 * number)).toBeLessThan(100);
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

    const sudden = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 200; i++) sudden.one(10);
    expect(sudden.algorithm.limit).toBe(20);

    const slow = new Feed(new GradientLimit(range, half));
    slow.one(10);
    for (let i = 0; i < 3; i++) {
      slow.now += 400;
      slow.one(10);
    }
    expect(slow.algorithm.limit).toBe(20);
    slow.now += 1;
    slow.one(10);
    expect(slow.algorithm.limit).toBe(40);
    for (let i = 0; i < 10; i++) {
      slow.now += 99;
      slow.one(10);
    }
    expect(slow.algorithm.limit).toBe(40);
    slow.now += 10;
    slow.one(10);
    expect(slow.algorithm.limit).toBe(80);
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

  test('dips for the first time after ten windows', () => {
    const feed = new Feed(new GradientLimit(range, half));
    expect(feed.untilDip(10)).toBe(10);
    expect(feed.algorithm.limit).toBe(25);
  });

  test('does not dip where the limit does not bind, until it does', () => {
    const feed = new Feed(new GradientLimit(range, half));
    for (let i = 0; i < 150; i++) expect(feed.window(10, { blocks: false })).toBe(20);
    expect(feed.window(10)).toBe(10);
  });

  test('dips each ten seconds, measures with what started since, and returns', () => {
    const feed = new Feed(new GradientLimit(range, half)).settled(10);
    const begin = feed.now;
    feed.untilDip(10);
    expect(feed.algorithm.limit).toBe(25);
    expect(feed.now - begin).toBeGreaterThanOrEqual(10_000);
    expect(feed.now - begin).toBeLessThan(10_200);
    const edge = feed.now;
    // Those who started before the dip tell nothing of it.
    for (let i = 0; i < 200; i++) feed.one(80, { startedAt: edge - 1 });
    expect(feed.algorithm.limit).toBe(25);
    for (let i = 0; i < 49; i++) feed.one(30, { startedAt: edge, now: edge + 30 });
    expect(feed.algorithm.limit).toBe(25);
    feed.one(30, { startedAt: edge + 1, now: edge + 31 });
    expect(feed.algorithm.limit).toBe(100);
    // The new base is thirty: half as much again is no sign of a queue.
    feed.now = edge + 31;
    expect(feed.window(45, sinceDip)).toBe(100);
    expect(feed.window(90, sinceDip)).toBe(60);
  });

  test('spreads the dips of a fleet by a fifth to either side', () => {
    for (const [random, fromMs, toMs] of [
      [0, 8000, 8200],
      [0.9999, 11_900, 12_200],
    ] as const) {
      const feed = new Feed(new GradientLimit(range, () => random)).settled(10);
      const begin = feed.now;
      feed.untilDip(10);
      expect(feed.now - begin).toBeGreaterThanOrEqual(fromMs);
      expect(feed.now - begin).toBeLessThan(toMs);
    }
  });

  test('dips again soon where the base is found well below what it was taken for', () => {
    for (const [foundMs, windows] of [
      [29.9, 10],
      [30, 100],
      [60, 100],
    ] as const) {
      const feed = new Feed(new GradientLimit(range, half));
      feed.untilDip(40);
      feed.endDip(foundMs);
      const took = feed.untilDip(foundMs);
      expect(took).toBeGreaterThanOrEqual(windows);
      expect(took).toBeLessThanOrEqual(windows + 1);
    }
  });

  test('is near its place within seconds though it was saturated from the start', () => {
    // A core that computes for 2 ms each: all that run share it.
    const feed = new Feed(new GradientLimit(range, half));
    feed.window(40);
    for (let i = 0; i < 60; i++) {
      feed.window(2 * feed.algorithm.limit, sinceDip);
    }
    expect(feed.algorithm.limit).toBeLessThanOrEqual(10);
  });

  test('a dip where little is asked for ends after a second, with what there is', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.untilDip(10);
    const edge = feed.now;
    for (let i = 1; i <= 4; i++) feed.one(10, { startedAt: edge, now: edge + 200 * i });
    expect(feed.algorithm.limit).toBe(25);
    feed.one(10, { startedAt: edge, now: edge + 1000 });
    expect(feed.algorithm.limit).toBe(100);
  });

  test('dips after four falls in a row, and not after three: the level may have changed', () => {
    const feed = new Feed(new GradientLimit({ ...range, max: 1000 }, half)).settled(10);
    const fall = (): boolean => {
      const before = feed.algorithm.limit;
      return feed.window(100, sinceDip) < before / 3;
    };
    expect([fall(), fall(), fall()]).toEqual([false, false, false]);
    feed.window(10, sinceDip);
    expect([fall(), fall(), fall(), fall()]).toEqual([false, false, false, true]);
  });

  test('dips after five windows at the minimum, and finds that the level has changed', () => {
    const feed = new Feed(new GradientLimit({ initial: 4, min: 4, max: 100 }, half)).settled(10);
    feed.algorithm.limit = 4;
    // Five that are much slower than the base, the dip, and two more: it was no queue that took so long.
    const limits = Array.from({ length: 8 }, () => feed.window(1000, sinceDip));
    expect(limits).toEqual([4, 4, 4, 4, 4, 4, 8, 16]);
  });

  test('comes down before it was reached where more at once take longer, and not where they take long anyway', () => {
    for (const [grows, limit] of [
      [true, 480],
      [false, 900],
    ] as const) {
      expect(amongMore(200, 250, grows, 2).algorithm.limit).toBe(limit);
    }
  });

  test('comes down to a tenth more than ran, behind its second window', () => {
    expect(amongMore(200, 250, true).algorithm.limit).toBe(275);
  });

  test.each([
    ['more than 32 ran and they took more than twice the time', 33, 30.5, 36],
    ['32 ran', 32, 30.5, 900],
    ['they took twice the time', 33, 30, 900],
  ])(
    'where %s, with %i at once, one of %d ms: the limit that was not reached is %i',
    (_what, inFlight, slowMs, limit) => {
      const feed = new Feed(new GradientLimit(wide, half));
      feed.window(10, { blocks: false, among: 20 });
      for (let i = 0; i < 50; i++) {
        feed.now += 2;
        const isSlow = i % 2 === 1;
        const sample = { among: isSlow ? 30 : 10, inFlight, blocks: false };
        feed.one(isSlow ? slowMs : 10, sample);
      }
      expect(feed.algorithm.limit).toBe(limit);
    },
  );

  test('comes down in its first window, too: the first 32 tell what a handler takes by itself', () => {
    const feed = new Feed(new GradientLimit(wide, half));
    // So many end within half a second, at this pace.
    const calm = { among: 20, inFlight: 240, blocks: false };
    feed.one(60, calm);
    for (let i = 1; i < 32; i++) feed.one(10, calm);
    for (let i = 0; i < 18; i++) {
      feed.now += 5.6;
      const among = 200 + i;
      feed.one(among / 2, { ...calm, among });
    }
    // Half again as many as ran: nobody knows that more would fit.
    expect(feed.algorithm.limit).toBe(360);
  });

  test.each([
    [24, 360],
    [23, 900],
  ])(
    'half again of what the first 32 took is enough in its first window: 18 of %d ms',
    (ms, limit) => {
      const feed = new Feed(new GradientLimit(wide, half));
      for (let i = 0; i < 32; i++) feed.one(10, { among: 10, inFlight: 240, blocks: false });
      for (let i = 0; i < 18; i++) {
        feed.now += 5.6;
        feed.one(ms, { among: 25, inFlight: 240, blocks: false });
      }
      expect(feed.algorithm.limit).toBe(limit);
    },
  );

  test('goes on by its root behind a dip that found what was known', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.window(10);
    feed.window(20);
    for (let before = 0; feed.algorithm.limit > before / 2; ) {
      before = feed.algorithm.limit;
      feed.window(10);
    }
    feed.endDip(10);
    feed.algorithm.limit = 50;
    expect(feed.window(10, sinceDip)).toBe(57);
  });

  test('what was seen of the number holds while as many run all the time', () => {
    for (const [grows, limit] of [
      [true, 147],
      [false, 900],
    ] as const) {
      const feed = amongMore(150, 240, grows, 2);
      for (let windows = 0; windows < 2; windows++) {
        feed.window(128, { blocks: false, among: 240, inFlight: 240 });
      }
      expect(feed.algorithm.limit).toBe(limit);
    }
  });

  test('a limit that is set during a dip stays', () => {
    const feed = new Feed(new GradientLimit(range, half));
    feed.untilDip(10);
    feed.algorithm.limit = 50;
    expect(feed.endDip(10)).toBe(50);
    // And goes on from there.
    expect(feed.window(10)).toBe(100);
  });

  test('the base drifts up while the limit does not bind', () => {
    const feed = new Feed(new GradientLimit(range, half)).settled(10);
    feed.algorithm.limit = 50;
    // A twentieth of the way with each window: 10 + 30 × (1 − 0.95 ^ n), until 40 is no more than
    // half as much again.
    const calm = { blocks: false, inFlight: 30 };
    for (let i = 0; i < 60; i++) expect(feed.window(40, calm)).toBe(50);
    expect(feed.window(40)).toBe(100);
  });

  test('and no faster than that; but down it goes at once', () => {
    const feed = new Feed(new GradientLimit(range, half)).settled(10);
    feed.algorithm.limit = 50;
    feed.window(40, { ...sinceDip, blocks: false, inFlight: 30 });
    expect(feed.window(40, sinceDip)).toBe(32);

    const faster = new Feed(new GradientLimit(range, half)).settled(40);
    faster.algorithm.limit = 50;
    faster.window(10, { ...sinceDip, blocks: false });
    expect(faster.window(40, sinceDip)).toBe(32);
  });

  test('learns, which a fixed limit does not', () => {
    expect(new GradientLimit(range, half).learns).toBe(true);
  });
});
