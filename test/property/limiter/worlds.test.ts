// The worlds of `npm run bench:limits`, in short: what the default makes of each kind. The bounds are a little looser
// than what was measured, so that another seed does not break them.

import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../bench/lib/random.mjs';
import { baselineOf, figuresOf } from '../../../bench/limits/figures.mjs';
import { calmWorld } from '../../../bench/limits/random-worlds.mjs';
import { restWorld } from '../../../bench/limits/rests.mjs';
import { slowBackends } from '../../../bench/limits/slow-backends.mjs';
import { runWorld } from '../../../bench/limits/world/loop.mjs';
import { worlds } from '../../../bench/limits/worlds.mjs';
import { Limiter } from '../../../src/limiter/limiter.js';
import { parseLimiterOptions } from '../../../src/limiter/options.js';
import { Ticket } from '../../../src/limiter/ticket.js';

type Figures = Record<string, number>;

/** One run, in less time where it is said. */
function look(name: string, seconds?: number): Figures {
  const found = worlds[name] ?? slowBackends[name];
  if (found === undefined) throw new Error(`there is no world ${name}`);
  const world = seconds === undefined ? found : { ...found, seconds };
  const baseline =
    world.kind === 'closed' ? baselineOf(world, runWorld(null, world, randomFrom(1))) : undefined;
  const limiting = { Limiter, parseLimiterOptions, Ticket, options: world.options ?? {} };
  return figuresOf(world, runWorld(limiting, world, randomFrom(1)), baseline);
}

describe('an open loop of more than can be served', () => {
  test.each<[string, { first: number; later: number; p99Ms: number }]>([
    ['2 ms, established, 5×', { first: 0.85, later: 0.88, p99Ms: 30 }],
    ['2 ms, pool, 10×', { first: 0.65, later: 0.78, p99Ms: 30 }],
    ['1 ms wait, 2 ms, established, 10×', { first: 0.75, later: 0.78, p99Ms: 60 }],
    ['backend, established, 2×', { first: 0.85, later: 0.96, p99Ms: 60 }],
    ['backend, pool, 5×', { first: 0.8, later: 0.96, p99Ms: 110 }],
    // To the server a closed loop, until its clients leave. Whoever comes then has waited before, unseen.
    ['gateway of 256, backend, bounded pool, 5×', { first: 0.82, later: 0.93, p99Ms: 600 }],
  ])('%s', (name, { first, later, p99Ms }) => {
    const figures = look(name, 4);
    expect(figures['first second']).toBeGreaterThan(first);
    expect(figures['from then on']).toBeGreaterThan(later);
    expect(figures['p99 ms']).toBeLessThan(p99Ms);
  });

  // A second's worth of them is before it when that is seen at 5 times, and nobody is served in time until it is gone.
  test.each(
    ['established', 'pool', 'fresh'].flatMap((model) =>
      [2, 5, 10].map((times) => `backend of 100 ms, ${model}, ${times}×`),
    ),
  )('%s: from the sixth second on', (name) => {
    expect(look(name)['from then on']).toBeGreaterThan(0.95);
  });

  // They take long enough to be taken for long polls, which need no slot.
  test.each(['20 × 200 ms, cold, pool, 5×', '20 × 200 ms, cold, established, 5×'])('%s', (name) => {
    expect(look(name)['from the sixth on']).toBeGreaterThan(0.95);
  });

  // The queue would stand at what clients wait for, and those that start would end too late.
  test('backend, established, 1.1×: what is served is served soon', () => {
    const figures = look('backend, established, 1.1×');
    expect(figures['from then on']).toBeGreaterThan(0.97);
    expect(figures['p99 ms']).toBeLessThan(200);
  });

  test('at nine tenths of the capacity nobody is refused', () => {
    expect(look('backend, established, 0.9×', 4).refused).toBe(0);
  });

  test('is over when it is over', () => {
    const figures = look('1 ms wait, 2 ms, established, 0.5, 10, 0.5×');
    expect(figures.afterwards).toBeGreaterThan(0.95);
    expect(figures['back, ms']).toBeLessThanOrEqual(200);
    expect(figures['dead, ms']).toBe(0);
  });
});

describe('clients who wait for their answers get what they would without a limit', () => {
  test.each([
    '0.2 ms × 256',
    '2 ms × 64',
    '5 ms × 16',
    '5 ms × 64',
    '2 ms × 512',
    '20 ms wait × 256',
  ])('%s', (name) => {
    const figures = look(`closed loop: ${name}`, 3);
    expect(figures['of first in, first out']).toBeGreaterThan(0.97);
    expect(figures['refused, first second']).toBe(0);
    expect(figures['refused, later']).toBe(0);
  });
});

describe('long polls', () => {
  test('are none of them refused beside half the load, and keep nobody out', () => {
    const figures = look('2000 polls at once, short ones 0.5×', 5);
    expect(figures.short).toBeGreaterThan(0.97);
    expect(figures['polls refused']).toBe(0);
  });

  test('are parked in time under overload', () => {
    const figures = look('500 polls over 4 s, short ones 2×', 6);
    expect(figures['from 3 s']).toBeGreaterThan(0.94);
    expect(figures['p99 ms']).toBeLessThan(80);
    expect(figures['polls refused']).toBeLessThan(0.02);
  });

  test('alone are all of them served', () => {
    expect(look('2000 polls alone, short ones 0×', 4)['polls refused']).toBe(0);
  });
});

test('a backend that stalls sees some hundred calls at once, and is back afterwards', () => {
  const figures = look('the backend stalls for 4 s, 2×');
  expect(figures['backend, at once']).toBeLessThan(400);
  expect(figures.short).toBeGreaterThan(0.58);
  expect(figures.afterwards).toBeGreaterThan(0.94);
});

test('a route that stalls does not hurt another', () => {
  const figures = look('one of two routes stalls for 4 s');
  expect(figures.short).toBeGreaterThan(0.95);
  // As many as come while clients would wait.
  expect(figures['backend, at once']).toBeLessThan(600);
});

test.each([
  'stolen time, 0.2 ms at 0.3×',
  'stolen time, backend at 0.35×',
  'stolen time, 64 clients of 0.2 ms',
  'two thirds stolen, 20 clients of 20 ms',
  'two thirds stolen, 64 clients of 5 ms',
  '20 trivial clients, 4 heavy',
  '60 ms × 6 at once',
  '120 ms × 4 at once',
  '20 ms × 20 at once',
  'four slots of 50 ms, 12 clients',
  '12 clients of 1 ms, then 500 at once wait 100 ms',
  'backend at 5× for 3 s, 12 s later 500 at once wait 100 ms',
  '300 a second, a wait of 20 ms becomes 400 ms',
  '300 a second, a wait of 20 ms grows to 420 ms in 5 s',
  '200 clients, a wait of 20 ms becomes 400 ms',
  '800 a second: three of four take 0.1 ms, one waits 300 ms',
  '900 a second: seven of ten take 1 ms, three wait 400 ms',
  '900 a second: seven of ten take 1 ms, three wait 500 ms',
  '500 a second wait some 300 ms',
])('nobody is refused in vain: %s', (name) => {
  expect(look(name).refused).toBe(0);
});

// Before the limit told a queue from another mix of requests, some were refused in each of the first six.
test.each([1, 6, 18, 41, 94, 95, 1001, 1002, 1003, 1004, 1005, 1006])(
  'nobody is refused in vain in a world that was drawn from seed %i',
  (seed) => {
    const limiting = { Limiter, parseLimiterOptions, Ticket, options: {} };
    const { records } = runWorld(limiting, calmWorld(seed), randomFrom(seed));
    expect(records.length).toBeGreaterThan(100);
    expect(records.filter(({ isRefused }) => isRefused)).toEqual([]);
  },
);

describe('behind a rest, what was before it does no harm', () => {
  const settled = (before: string, restMs: number, after: string): number => {
    const world = restWorld(before, restMs, after);
    const limiting = { Limiter, parseLimiterOptions, Ticket, options: {} };
    const figures: Figures = figuresOf(world, runWorld(limiting, world, randomFrom(1)), undefined);
    return Math.min(figures[3]!, figures[4]!);
  };

  // What was learnt of the quick backend left the slow one a tenth in these seconds.
  test.each([6000, 3_600_000])('a quick backend, %i ms, a slow one', (restMs) => {
    expect(settled('half a load', restMs, 'slow backend 5×')).toBeGreaterThan(0.93);
  });

  // The time of those that had waited for the backend was taken for what a handler takes by itself: 78 to 86 %.
  test.each(['five times the load', 'a backend that stalls'])(
    '%s, and then handlers that compute',
    (before) => {
      expect(settled(before, 60_000, '1 ms wait, 2 ms 5×')).toBeGreaterThan(0.89);
    },
  );
});
