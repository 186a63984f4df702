// What the gradient limit forgets: what it found may be over, and so may all that it learnt on the way.

import { expect, test } from 'vitest';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { amongMore, Feed, half, range } from './feed.js';

test('begins again from where it began, and never from less than it has', () => {
  const feed = new Feed(new GradientLimit(range, half)).settled(10);
  feed.algorithm.limit = 8;
  feed.algorithm.reopen();
  expect(feed.algorithm.limit).toBe(20);
  feed.algorithm.limit = 60;
  feed.algorithm.reopen();
  expect(feed.algorithm.limit).toBe(60);
});

test('forgets all that it has learnt, and goes on as at first', () => {
  const used = amongMore(150, 240, true);
  used.algorithm.limit = 8;
  used.algorithm.forget(used.arrivals, used.blocked);
  const initial = used.algorithm.limit;
  const fresh = new Feed(new GradientLimit({ initial, min: 4, max: 1000 }, half));
  fresh.now = used.now;
  const goOn = (feed: Feed): number[] =>
    [10, 10, 20, 40, 40, 10, 10, 10, 10, 60, 60].flatMap((ms) => [
      feed.window(ms, { among: 50 }),
      feed.window(ms),
      feed.window(ms, { blocks: false }),
    ]);
  expect(goOn(used)).toEqual(goOn(fresh));
});

test('comes down in its first window as at first', () => {
  const used = amongMore(150, 240, true);
  used.algorithm.limit = 900;
  used.algorithm.forget(used.arrivals, used.blocked);
  const calm = { among: 20, inFlight: 240, blocks: false };
  for (let i = 0; i < 32; i++) used.one(10, calm);
  for (let i = 0; i < 20; i++) {
    used.now += 5.6;
    used.one((200 + i) / 2, { ...calm, among: 200 + i });
  }
  expect(used.algorithm.limit).toBe(360);
});

test('forgets a dip, and goes on from what was before it', () => {
  const feed = new Feed(new GradientLimit(range, half)).settled(10);
  feed.algorithm.limit = 60;
  feed.untilDip(10);
  const inDip = feed.algorithm.limit;
  feed.algorithm.forget(feed.arrivals, feed.blocked);
  expect(feed.algorithm.limit).toBeGreaterThan(3 * inDip);
  const before = feed.algorithm.limit;
  // No dip ends.
  for (let i = 0; i < 50; i++) feed.one(10, { blocks: false });
  expect(feed.algorithm.limit).toBe(before);
  feed.algorithm.limit = 8;
  feed.algorithm.forget(feed.arrivals, feed.blocked);
  expect(feed.algorithm.limit).toBe(20);
});
