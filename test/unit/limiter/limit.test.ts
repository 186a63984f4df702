// The limit that was found, beside what the event loop allows.

import { expect, test } from 'vitest';
import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';
import { Limit } from '../../../src/limiter/limit.js';

class Found implements LimitAlgorithm {
  limit = 20;
  learns = true;
  reopened = 0;
  sample(): void {}
  reopen(): void {
    this.reopened++;
    this.limit = 100;
  }
}

test('what the event loop keeps waiting, the found limit does not', () => {
  const limit = new Limit(new Found());
  expect([limit.blocks(19, 1), limit.blocks(20, 1)]).toEqual([false, true]);
  limit.setCeiling(5);
  expect([limit.now, limit.blocks(5, 1), limit.blocks(30, 1)]).toEqual([5, false, false]);
  limit.setCeiling(20);
  expect(limit.blocks(20, 1)).toBe(true);
});

test('is forgotten once it has kept nobody waiting for five seconds', () => {
  const found = new Found();
  const limit = new Limit(found);
  limit.blocks(20, 1000);
  limit.look(5999);
  expect([found.reopened, limit.now]).toEqual([0, 20]);
  limit.blocks(20, 6000);
  limit.look(10_999);
  expect(found.reopened).toBe(0);
  limit.look(11_000);
  expect([found.reopened, limit.now]).toEqual([1, 100]);
});
