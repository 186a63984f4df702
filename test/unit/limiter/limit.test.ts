// The limit that was found, beside what the event loop allows.

import { expect, test } from 'vitest';
import type { LimitAlgorithm, Sample } from '../../../src/limiter/algorithms/algorithm.js';
import { Limit } from '../../../src/limiter/limit.js';
import { Tally } from '../../../src/limiter/tally.js';
import { SimulatedLimiter } from './simulated-limiter.js';

class Found implements LimitAlgorithm {
  limit = 20;
  learns = true;
  reopened = 0;
  sample(_sample: Sample): void {}
  reopen(): void {
    this.reopened++;
    this.limit = 100;
  }
  forget(arrivals: number, blocked: number): void {
    this.limit = 1000 * arrivals + blocked;
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

test('is forgotten once in five seconds, and not at each look', () => {
  const found = new Found();
  const limit = new Limit(found);
  limit.blocks(20, 1000);
  for (const [now, reopened] of [
    [6000, 1],
    [6020, 1],
    [10_999, 1],
    [11_000, 2],
  ] as const) {
    limit.look(now);
    expect(found.reopened).toBe(reopened);
  }
});

test('is forgotten though the event loop keeps somebody waiting', () => {
  const found = new Found();
  const limit = new Limit(found);
  limit.blocks(20, 1000);
  limit.setCeiling(5);
  expect(limit.blocks(20, 5000)).toBe(false);
  limit.look(6000);
  expect(found.reopened).toBe(1);
});

test('where all is forgotten, what the algorithm begins with holds, within what the loop allows', () => {
  const limit = new Limit(new Found());
  limit.forget({ ...new Tally(), offered: 3, blocked: 2 } as Tally);
  expect(limit.now).toBe(3002);
  limit.setCeiling(5);
  limit.forget(new Tally());
  limit.set(40);
  expect(limit.now).toBe(5);
});

test('while memory is short nobody starts without waiting, and the limit is as it was', () => {
  const limit = new Limit(new Found());
  limit.setMemoryShort(true);
  expect([limit.now, limit.inline, limit.memoryShort]).toEqual([20, 0, true]);
  limit.set(30);
  expect([limit.now, limit.inline]).toEqual([30, 0]);
  limit.setMemoryShort(false);
  expect([limit.now, limit.inline, limit.memoryShort]).toEqual([30, 30, false]);
});

test('each change is told once, with what it was; no change is told', () => {
  const told: number[][] = [];
  const limit = new Limit(new Found());
  limit.onChange = (...change) => void told.push(change);
  limit.set(20);
  limit.set(30);
  limit.setCeiling(5);
  // Found, and not allowed.
  limit.set(40);
  limit.setMemoryShort(true);
  limit.setCeiling(Number.POSITIVE_INFINITY);
  expect(told).toEqual([
    [30, 20],
    [5, 30],
    [40, 5],
  ]);
});

test('what is learnt is followed at once', () => {
  const samples: unknown[] = [];
  class Learns extends Found {
    override sample(sample: Sample): void {
      samples.push({ ...sample });
      this.limit = 50;
    }
  }
  const limit = new Limit(new Learns());
  const told: number[][] = [];
  limit.onChange = (...change) => void told.push(change);
  const ticket = new SimulatedLimiter().ticket('any');
  ticket.admittedAt = 90;
  ticket.startedAmong = 3;
  const tally = Object.assign(new Tally(), { offered: 7, blocked: 2 });
  expect(limit.memoryShort).toBe(false);
  limit.learn(ticket, 'timedOut', 10, 4, tally, 100);
  limit.learn(ticket, 'failed', 10, 4, tally, 100);
  expect([limit.now, told]).toEqual([50, [[50, 20]]]);
  const times = { startedAt: 90, durationMs: 10, now: 100 };
  const sample = { ...times, among: 3, inFlight: 4, arrivals: 7, blocked: 2 };
  expect(samples).toEqual([
    { ...sample, dropped: true },
    { ...sample, dropped: false },
  ]);
});
