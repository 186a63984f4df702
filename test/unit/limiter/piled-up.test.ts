// A limit that begins high, before what is saturated from its first request.

import { describe, expect, test } from 'vitest';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { half } from './feed.js';
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
