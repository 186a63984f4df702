// When the bytes of a connection came.

import { expect, test } from 'vitest';
import { Arrivals } from '../../../../src/conn/watch/arrivals.js';

test('a byte came with the read that it was in', () => {
  const arrivals = new Arrivals();
  expect(arrivals.at(0)).toBe(undefined);
  arrivals.note(10, 1, 0);
  arrivals.note(11, 2, 0);
  arrivals.note(30, 3, 0);
  expect([0, 9, 10, 11, 29].map((offset) => arrivals.at(offset))).toEqual([1, 1, 2, 3, 3]);
  expect(arrivals.at(30)).toBe(undefined);
});

test('what was asked for, or is not asked for any more, makes room', () => {
  const arrivals = new Arrivals();
  for (let i = 1; i <= 1000; i++) arrivals.note(i, i, i - 10);
  expect([990, 995, 999].map((offset) => arrivals.at(offset))).toEqual([991, 996, 1000]);
});

test('of very many reads that wait, neighbours count as one, with the time of the first', () => {
  const arrivals = new Arrivals();
  for (let i = 1; i <= 1000; i++) arrivals.note(i, i, 0);
  let before = 0;
  for (let offset = 0; offset < 1000; offset++) {
    const at = arrivals.at(offset) as number;
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(offset + 1);
    expect(at).toBeGreaterThan(offset - 32);
    before = at;
  }
});

test('64 reads are told apart; of more, the two that took the least time together count as one', () => {
  const arrivals = new Arrivals();
  // Every 10 ms, but for the read of byte 30, which follows 1 ms behind that of byte 29.
  const cameAt = (i: number): number => (i === 30 ? 291 : 10 * i);
  for (let i = 0; i < 64; i++) arrivals.note(i + 1, cameAt(i), 0);
  // The last read and this one took less; but this one is new, and has no neighbour behind it.
  arrivals.note(65, 631, 0);
  const told = Array.from({ length: 65 }, (_, i) => arrivals.at(i));
  const expected = Array.from({ length: 64 }, (_, i) => (i === 29 ? 280 : cameAt(i)));
  expect(told).toEqual([...expected, 631]);
});

test('no more than 64 reads are told apart', () => {
  const arrivals = new Arrivals();
  for (let i = 0; i < 200; i++) arrivals.note(i + 1, i, 0);
  const told = Array.from({ length: 200 }, (_, i) => arrivals.at(i));
  expect([new Set(told).size, told[0], told[199]]).toEqual([64, 0, 199]);
});
