import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RollingHistogram } from '../../../../src/adapters/status/collect/histogram.js';
import { Series } from '../../../../src/adapters/status/collect/series.js';

function exact(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] as number;
}

describe('a rolling histogram', () => {
  // The middle of a bucket is within half of its ratio of every time in it, and is told in whole microseconds.
  test('gives percentiles within 2.2 % of the exact ones, and half a microsecond', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 1_000_000, noNaN: true }), { minLength: 1 }),
        (times) => {
          const histogram = new RollingHistogram(3);
          for (const ms of times) histogram.record(ms);
          const found = histogram.all();
          expect(found?.count).toBe(times.length);
          expect(found?.max).toBeCloseTo(Math.max(...times), 2);
          for (const [share, value] of [
            [0.5, found?.p50],
            [0.9, found?.p90],
            [0.99, found?.p99],
          ] as const) {
            const ms = exact(times, share);
            expect(Math.abs((value ?? 0) - ms)).toBeLessThanOrEqual(0.022 * ms + 0.000_501);
          }
        },
      ),
    );
  });

  test('forgets a slice when as many others have begun', () => {
    const histogram = new RollingHistogram(2);
    histogram.record(100);
    histogram.rotate();
    histogram.record(1);
    expect(histogram.latest()).toMatchObject({ count: 1, max: 1 });
    expect(histogram.all()).toMatchObject({ count: 2, max: 100 });
    histogram.rotate();
    expect(histogram.latest()).toBeUndefined();
    expect(histogram.all()).toMatchObject({ count: 1, max: 1 });
    histogram.rotate();
    expect(histogram.all()).toBeUndefined();
  });

  test.each([0, -1, Number.NaN, 1e-9, 1e12, Number.POSITIVE_INFINITY])('takes %d', (ms) => {
    const histogram = new RollingHistogram(1);
    histogram.record(ms);
    expect(histogram.all()?.count).toBe(1);
  });
});

test('a series has its last values, the oldest first', () => {
  const series = new Series(3);
  expect(series.values).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  for (const value of [1, 2, 3, 4]) series.push(value);
  expect(series.values).toEqual([2, 3, 4]);
});
