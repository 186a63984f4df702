// A limit that begins high, before what is saturated from its first request.

import { describe, expect, test } from 'vitest';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { Feed, half } from './feed.js';
import { SaturatedBackend } from './saturated-backend.js';

interface Scene {
  readonly algorithm: GradientLimit;
  readonly backend: SaturatedBackend;
  /** The limit then, and how many run. */
  at(time: number): readonly [limit: number, running: number];
}

/** One request comes each `everyMs`. */
function scene(
  places: number,
  serviceMs: number | ((now: number) => number),
  everyMs: number,
): Scene {
  const algorithm = new GradientLimit({ initial: 1024, min: 4, max: 10_000 }, half);
  const took = typeof serviceMs === 'number' ? () => serviceMs : serviceMs;
  const backend = new SaturatedBackend(algorithm, places, took);
  return {
    algorithm,
    backend,
    at: (time) => {
      backend.until(time, everyMs);
      return [algorithm.limit, backend.running.length];
    },
  };
}

/** There is a place for everybody. They take 20 ms, and from a second on more and more, for half a second. */
function growing(toMs: number, everyMs: number): Scene {
  const share = (now: number) => Math.min(1, Math.max(0, (now - 1000) / 500));
  return scene(5000, (now) => 20 + (toMs - 20) * share(now), everyMs);
}

describe('a backend of 20 × 100 ms, met cold', () => {
  test('at 5 times: as soon as what waits for it is hopeless, no more start than it is worth', () => {
    const { at } = scene(20, 100, 1);
    expect(at(250)[0]).toBe(1024);
    // 150 ms × 48 ends in 200 ms, and a quarter of that in the dip.
    expect(at(310)).toEqual([11, 256]);
  });

  test('comes as far as the pace at which the pile went, once the time without one is known', () => {
    const { at } = scene(20, 100, 1);
    expect(at(1600)).toEqual([11, 10]);
    // 1.5 × 100 ms × 200 a second.
    expect(at(1850)[0]).toBe(29);
    // Neither doubled nor taken back: a queue has been seen.
    expect(at(2500)[0]).toBeLessThan(50);
  });

  test('at 10 times it is seen as soon, and takes as long as there is more of it', () => {
    const { at } = scene(20, 100, 0.5);
    expect(at(310)[0]).toBe(11);
    expect(at(3100)).toEqual([11, 10]);
    expect(at(3350)[0]).toBe(29);
  });

  test('at 2 times there is as much of it after half a second', () => {
    const { at } = scene(20, 100, 2.5);
    expect(at(490)[0]).toBe(1024);
    expect(at(550)[0]).toBeLessThan(12);
  });

  test('at nine tenths nothing piles up', () => {
    expect(scene(20, 100, 5.6).at(4000)[0]).toBe(1024);
  });

  test('who sets a limit meanwhile keeps it', () => {
    const { algorithm, at } = scene(20, 100, 1);
    at(310);
    algorithm.limit = 25;
    expect(at(2000)[0]).toBe(25);
  });
});

test('the smaller the backend, the fewer are left to run', () => {
  expect(scene(4, 40, 2).at(400)[0]).toBe(6);
  expect(scene(10, 100, 2).at(500)[0]).toBe(7);
});

describe('a wait that is long by itself is no pile', () => {
  test.each([
    [100, 1],
    [400, 1],
    [400, 2],
    [700, 2],
  ])('%d ms from the first request on, one each %d ms', (ms, everyMs) => {
    const { at, backend } = scene(5000, ms, everyMs);
    expect(at(4000)[0]).toBe(1024);
    expect(backend.blocked).toBe(0);
  });

  test('where few run it takes nobody else a place', () => {
    // 16 at once, and 32 ends a second: half a second.
    expect(scene(1, 31, 10).at(330)[0]).toBe(1024);
  });

  test('one that grows faster than anybody could tell is known from the few that run after it', () => {
    const { at } = growing(600, 1000 / 300);
    expect(at(1400)[0]).toBe(136);
    expect(at(1750)[0]).toBe(4);
    // Four have ended that took 600 ms, where 125 a second and 118 had been a pile.
    expect(at(2950)[0]).toBe(136);
    expect(at(3700)[0]).toBe(272);
  });
});

interface Given {
  /** From one end to the next, and how many ran, before. */
  readonly everyMs?: number;
  readonly among?: number;
  /** What runs at the end of the sixteenth. */
  readonly inFlight?: number;
  /** What each takes for each that ran when it started. */
  readonly msEach?: number;
}

/** Handlers took 10 ms, and then sixteen end that started among more and more. */
function sixteen({ everyMs = 2, among = 100, inFlight = 400, msEach = 3 }: Given = {}): Feed {
  const feed = new Feed(new GradientLimit({ initial: 900, min: 4, max: 1000 }, half));
  for (let i = 0; i < 50; i++) {
    feed.now += everyMs;
    feed.one(10, { among: 4 + (i % 5), inFlight: 8, blocks: false });
  }
  for (let i = 0; i < 16; i++) {
    feed.now += 5 * everyMs;
    feed.one(msEach * (among + i), { among: among + i, inFlight, blocks: false });
  }
  return feed;
}

/** They started after the pile had gone, and end so far from each other. */
function behindIt(feed: Feed, count: number, durationMs: number, everyMs: number): number {
  for (let i = 0; i < count; i++) {
    feed.now += everyMs;
    feed.one(durationMs, { startedAt: Number.POSITIVE_INFINITY, among: 4, inFlight: 4 });
  }
  return feed.algorithm.limit;
}

describe('a pile', () => {
  test('comes down with the sixteenth: 1.5 × 10 ms × 463 a second, a quarter of which is less than the least', () => {
    expect(sixteen().algorithm.limit).toBe(4);
  });

  test('is none where half a second is enough for all', () => {
    // 50 have ended in 108 ms, before.
    expect(sixteen({ inFlight: 231 }).algorithm.limit).toBe(900);
    expect(sixteen({ inFlight: 232 }).algorithm.limit).toBe(4);
  });

  test('is none where those among as many would take half a second', () => {
    expect(sixteen({ msEach: 1.25 }).algorithm.limit).toBe(900);
    expect(sixteen({ msEach: 1.26 }).algorithm.limit).toBe(4);
  });

  test('is none of 32, however slow they are', () => {
    const few = { everyMs: 20, among: 8, msEach: 40 };
    expect(sixteen({ ...few, inFlight: 32 }).algorithm.limit).toBe(900);
    expect(sixteen({ ...few, inFlight: 33 }).algorithm.limit).toBe(4);
  });

  test('is none where hardly more run than ran before', () => {
    // 307.5 on average, and a quarter more is 384.
    expect(sixteen({ among: 300, inFlight: 384 }).algorithm.limit).toBe(900);
    expect(sixteen({ among: 300, inFlight: 385 }).algorithm.limit).toBe(4);
  });

  test('has gone when twenty have ended in 200 ms, however long it took', () => {
    const often = sixteen();
    often.now += 5000;
    expect(behindIt(often, 20, 10, 10)).toBe(4);
    expect(behindIt(often, 1, 10, 10)).toBe(6);
    const seldom = sixteen();
    seldom.now += 5000;
    expect(behindIt(seldom, 19, 10, 11)).toBe(4);
    expect(behindIt(seldom, 1, 10, 11)).toBe(6);
  });

  test('was none where four that come after it take half of what was foreseen', () => {
    // 400 at 463 a second: 864 ms.
    const feed = sixteen();
    feed.now += 1000;
    expect(behindIt(feed, 3, 433, 10)).toBe(4);
    expect(behindIt(feed, 1, 433, 10)).toBe(900);
    // Nor is anything that takes long a queue, until one is seen again.
    feed.window(2000, { among: 600, inFlight: 600, startedAt: Number.POSITIVE_INFINITY });
    expect(feed.algorithm.limit).toBeGreaterThanOrEqual(900);
  });

  test('was a queue: the limit falls where as many take longer, though it rose before', () => {
    const feed = sixteen();
    behindIt(feed, 21, 10, 10);
    expect(feed.window(40, { among: 7, inFlight: 7, startedAt: Number.POSITIVE_INFINITY })).toBe(6);
  });
});
