// Handlers that compute after a wait: the loop's own limit.

import { expect, test } from 'vitest';
import { LoopLimit } from '../../../src/limiter/loop-limit.js';

/** A loop that sleeps for a share of the time, and in which handlers end. */
class Loop {
  now = 0.5;
  idle = 0;
  readonly limit: LoopLimit = new LoopLimit(() => this.idle);

  constructor() {
    this.limit.look(this.now);
  }

  run(ms: number, busy: number, ends: number, durationMs = 3): number {
    for (const end = this.now + ms; this.now < end; ) {
      for (let i = 0; i < ends; i++) this.limit.noteEnd(durationMs);
      this.now += 20;
      this.idle += (1 - busy) * 20;
      this.limit.look(this.now);
    }
    return this.limit.limit;
  }
}

test('there is none while the loop sleeps now and then', () => {
  expect(new Loop().run(1000, 0.9, 9)).toBe(Number.POSITIVE_INFINITY);
});

test('where it never sleeps, as many run as it gets done soon', () => {
  const loop = new Loop();
  loop.run(200, 0.5, 5, 3);
  // Ten end in 20 ms, a handler alone takes 3: 13 ms hold seven.
  expect(loop.run(20, 1, 10, 500)).toBe(7);
  expect(loop.run(200, 1, 10, 500)).toBe(7);
});

test('never fewer than two', () => {
  const loop = new Loop();
  expect(loop.run(20, 1, 1, 0.1)).toBe(2);
});

test('it is lifted at once where the loop sleeps half of the time, else after a second', () => {
  const loop = new Loop();
  loop.run(200, 1, 10);
  expect(loop.run(20, 0.4, 10)).toBe(Number.POSITIVE_INFINITY);
  const limit = loop.run(200, 1, 10);
  expect(loop.run(900, 0.92, 10)).toBe(limit);
  expect(loop.run(200, 0.92, 10)).toBe(Number.POSITIVE_INFINITY);
});

test('it rises by a quarter where the loop sleeps a tenth of the time: more can be done', () => {
  const loop = new Loop();
  loop.run(200, 0.5, 5, 3);
  expect(loop.run(20, 1, 10, 500)).toBe(7);
  expect(loop.run(20, 0.85, 10)).toBe(9);
  expect(loop.run(20, 0.85, 10)).toBe(12);
  expect(loop.run(20, 0.92, 10)).toBe(12);
});

test('it is lifted where the loop is busy and none of ours ends: they wait for something else', () => {
  const loop = new Loop();
  expect(loop.run(20, 1, 1)).toBe(2);
  expect(loop.run(80, 1, 0)).toBe(2);
  expect(loop.run(20, 1, 0)).toBe(Number.POSITIVE_INFINITY);
});

/** A limit of seven: ten end in 20 ms, and 3 ms were the shortest. Then comes a window with so much of it slept. */
function after(sleptMs: number, tookMs = 20): number {
  let idle = 0;
  const loop = new LoopLimit(() => idle);
  loop.look(0);
  for (let i = 0; i < 10; i++) loop.noteEnd(3);
  loop.look(20);
  expect(loop.limit).toBe(7);
  idle = sleptMs;
  for (let i = 0; i < 20; i++) loop.noteEnd(3);
  loop.look(20 + tookMs);
  return loop.limit;
}

test.each([
  ['a twentieth: it is scarce', 1, 13],
  ['a little more', 1.1, 7],
  ['a tenth', 2, 7],
  ['a little more than a tenth', 2.1, 9],
  ['half', 10, 9],
  ['more than half', 10.1, Number.POSITIVE_INFINITY],
])('where the loop sleeps for %s', (_what, sleptMs, limit) => {
  expect(after(sleptMs)).toBe(limit);
});

test.each([
  [999, 7],
  [1000, Number.POSITIVE_INFINITY],
])('where it was hardly busy for %i ms', (tookMs, limit) => {
  expect(after(0.08 * tookMs, tookMs)).toBe(limit);
});

test('other handlers may come: what the last ones took by themselves is forgotten', () => {
  const known = new Loop();
  known.run(200, 0.5, 5, 200);
  expect(known.run(20, 1, 10, 500)).toBe(105);
  known.limit.forget();
  // 13 ms hold seven: what was seen since is the shortest.
  expect(known.run(20, 1, 10, 3)).toBe(7);
  known.limit.forget();
  expect(known.run(20, 1, 10, 5)).toBe(8);
});

test('there is none where nobody knows how long the loop sleeps', () => {
  const limit = new LoopLimit(undefined);
  for (let now = 0; now < 1000; now += 20) limit.look(now);
  expect(limit.limit).toBe(Number.POSITIVE_INFINITY);
});

test('what a handler takes by itself is learnt while the loop has time, and follows by a quarter', () => {
  const loop = new Loop();
  loop.run(20, 0.5, 5, 3);
  loop.run(20, 0.5, 5, 11);
  // 3 + 8 / 4 = 5: ten end in 20 ms, and 15 ms hold eight.
  expect(loop.run(20, 1, 10, 500)).toBe(8);
});

test('what handlers take while the loop has hardly any time is not what they take by themselves', () => {
  const loop = new Loop();
  loop.run(200, 0.5, 5, 3);
  loop.run(200, 0.92, 5, 500);
  expect(loop.run(20, 1, 10, 500)).toBe(7);
});

test('where nothing is known of it, the shortest that ended counts', () => {
  const loop = new Loop();
  loop.limit.noteEnd(4);
  loop.limit.noteEnd(2);
  // Ten more, and these two: twelve in 20 ms, and 12 ms hold eight.
  expect(loop.run(20, 1, 10, 500)).toBe(8);
});

test('less than 20 ms is too short to tell how busy the loop was', () => {
  const loop = new Loop();
  for (const [ms, limit] of [
    [19, Number.POSITIVE_INFINITY],
    [20, 2],
  ] as const) {
    loop.limit.noteEnd(0.1);
    loop.limit.look(loop.now + ms);
    expect(loop.limit.limit).toBe(limit);
  }
});

test('a window in which nothing ended tells nothing of what a handler takes', () => {
  const loop = new Loop();
  loop.limit.noteEnd(1);
  // The mean of all five is 3, the shortest took 1.
  loop.run(20, 0.5, 4, 3.5);
  loop.run(20, 0.5, 0);
  expect(loop.run(20, 1, 10, 500)).toBe(7);
});
