// How fast handlers end.

import { expect, test } from 'vitest';
import { Pace } from '../../../src/limiter/laws/pace.js';

/** A bucket with so many ends, open for so long. */
function bucket(pace: Pace, ends: number, tookMs = 20): void {
  for (let i = 0; i < ends; i++) pace.noteEnd();
  pace.closeBucket(tookMs);
}

test('before anything has ended nothing is known', () => {
  const pace = new Pace();
  bucket(pace, 0);
  expect([pace.intervalMs, pace.isKnown]).toEqual([Number.POSITIVE_INFINITY, false]);
});

test('is known from ten ends on, in however many buckets', () => {
  const pace = new Pace();
  bucket(pace, 4);
  bucket(pace, 5);
  expect(pace.isKnown).toBe(false);
  bucket(pace, 1);
  expect(pace.isKnown).toBe(true);
});

test('a better bucket counts at once, and each keeps its own place', () => {
  const pace = new Pace();
  for (const [ends, intervalMs] of [
    [4, 5],
    [10, 2],
    [20, 1],
    [10, 1],
  ] as const) {
    bucket(pace, ends);
    expect(pace.intervalMs).toBe(intervalMs);
  }
});

test('is the best of the last ten buckets in which any ended', () => {
  const pace = new Pace();
  bucket(pace, 10);
  expect(pace.intervalMs).toBe(2);
  for (let i = 0; i < 9; i++) {
    bucket(pace, 4);
    // In a stall nothing ends: that is no pace.
    bucket(pace, 0, 5000);
  }
  expect(pace.intervalMs).toBe(2);
  bucket(pace, 4);
  expect(pace.intervalMs).toBe(5);
  bucket(pace, 1, 100);
  expect(pace.intervalMs).toBe(5);
});

test('on average, the time in which none ended counts', () => {
  const pace = new Pace();
  expect(pace.meanMs).toBe(Number.POSITIVE_INFINITY);
  // Twenty that began together end together, each 100 ms.
  for (let i = 0; i < 10; i++) {
    bucket(pace, 20);
    for (let silent = 0; silent < 4; silent++) bucket(pace, 0);
  }
  expect(pace.intervalMs).toBe(1);
  expect(pace.meanMs).toBeGreaterThan(4);
  expect(pace.meanMs).toBeLessThan(5.5);
});

test('on average, it is another after ten buckets', () => {
  const pace = new Pace();
  for (let i = 0; i < 50; i++) bucket(pace, 20);
  expect(pace.meanMs).toBeCloseTo(1, 5);
  for (let i = 0; i < 10; i++) bucket(pace, 5);
  expect(pace.meanMs).toBeGreaterThan(1.8);
});
