// When the bytes of a connection came.

import { expect, test } from 'vitest';
import { Arrivals } from '../../../src/conn/arrivals.js';

test('a byte came with the read that it was in', () => {
  const arrivals = new Arrivals();
  expect(arrivals.at(0)).toBe(undefined);
  arrivals.note(10, 1);
  arrivals.note(11, 2);
  arrivals.note(30, 3);
  expect([0, 9, 10, 11, 29].map((offset) => arrivals.at(offset))).toEqual([1, 1, 2, 3, 3]);
});

test('of many reads that nobody asks for, the last are taken together', () => {
  const arrivals = new Arrivals();
  for (let i = 1; i <= 1000; i++) arrivals.note(i, i);
  expect([62, 63, 999].map((offset) => arrivals.at(offset))).toEqual([63, 64, 64]);
});
