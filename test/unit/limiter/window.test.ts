// What a window tells of its samples: whether those that started among more took longer.

import { expect, test } from 'vitest';

import { SampleWindow } from '../../../src/limiter/algorithms/window.js';
import { Random } from '../../../src/testing/network/random.js';
import { alone } from './sample-alone.js';

function windowOf(
  count: number,
  at: (i: number) => readonly [among: number, ms: number],
): SampleWindow {
  const window = new SampleWindow();
  for (let i = 0; i < count; i++) {
    const [among, durationMs] = at(i);
    window.add({ ...alone, durationMs, among, inFlight: among, now: i, arrivals: i });
  }
  return window;
}

test('a queue: who starts behind more takes longer', () => {
  expect(windowOf(50, (i) => [100 + i, (100 + i) / 2]).growsWithNumber).toBe(true);
  // Half of it is their own time.
  expect(windowOf(50, (i) => [100 + i, 60 + (100 + i) / 2]).growsWithNumber).toBe(true);
});

test('no queue: they take as long whatever runs beside them', () => {
  expect(windowOf(50, (i) => [100 + i, 300]).growsWithNumber).toBe(false);
  expect(windowOf(50, (i) => [100 + i, 300 - i]).growsWithNumber).toBe(false);
  // Some of it, and not the most of it.
  expect(windowOf(50, (i) => [100 + i, 200 + (100 + i) / 2]).growsWithNumber).toBe(false);
});

test('no queue: they take longer by more than the number can make', () => {
  // Only those beyond 30, or beyond 60, wait.
  expect(windowOf(50, (i) => [100 + i, 70 + i]).growsWithNumber).toBe(true);
  expect(windowOf(50, (i) => [100 + i, 40 + i]).growsWithNumber).toBe(false);
  // 100 and 400 ms, which end together: those began when a few more ran.
  const mixed = windowOf(100, (i) => (i % 3 === 0 ? [240 + (i % 5), 400] : [225 + (i % 5), 100]));
  expect(mixed.numberVaries).toBe(true);
  expect(mixed.growsWithNumber).toBe(false);
});

test('nothing is known where as many ran beside each', () => {
  expect(windowOf(50, (i) => [100, 10 * i]).growsWithNumber).toBe(false);
  expect(windowOf(50, () => [1, 1]).growsWithNumber).toBe(false);
  const random = new Random(1);
  for (let run = 0; run < 1000; run++) {
    const window = windowOf(50 + (run % 20), () => [run, 300 * random.next()]);
    expect(window.growsWithNumber).toBe(false);
  }
});

test('the order of the samples tells nothing, nor how often it is asked', () => {
  const random = new Random(7);
  const answers = new Set<boolean>();
  for (let run = 0; run < 500; run++) {
    const slope = random.next();
    const samples = Array.from({ length: 60 }, (_, i) => {
      const among = 100 + 20 * (i % 3);
      return [among, 60 * random.next() + slope * among] as const;
    });
    // The window before ends within a row of the same number, and was asked in it.
    const inRows = windowOf(7, () => [100, 1000 * random.next()]);
    inRows.growsWithNumber;
    inRows.open({ ...alone, among: 100 });
    for (const [among, durationMs] of samples.toSorted(([a], [b]) => a - b)) {
      inRows.add({ ...alone, among, durationMs });
      inRows.growsWithNumber;
    }
    const mixed = windowOf(60, (i) => samples[i] as (typeof samples)[number]);
    expect(inRows.growsWithNumber).toBe(mixed.growsWithNumber);
    answers.add(mixed.growsWithNumber);
  }
  expect(answers.size).toBe(2);
});

test('chance is taken for a queue in one window of a hundred at most', () => {
  const random = new Random(1);
  let found = 0;
  for (let run = 0; run < 1000; run++) {
    const window = windowOf(50, () => [
      140 + 20 * random.next(),
      -300 * Math.log(1 - random.next()),
    ]);
    if (window.growsWithNumber) found++;
  }
  expect(found).toBeLessThanOrEqual(10);
});

test('of no arrivals, none found the limit reached', () => {
  const window = new SampleWindow();
  const sample = { ...alone, arrivals: 7, blocked: 5 };
  window.open(sample);
  expect(window.blockedShare(sample)).toBe(0);
  expect(window.blockedShare({ ...sample, arrivals: 11, blocked: 6 })).toBe(0.25);
});

test('what came before it is none of its arrivals', () => {
  const window = new SampleWindow(100, 80);
  window.add({ ...alone, arrivals: 102, blocked: 80 });
  expect(window.blockedShare({ ...alone, arrivals: 104, blocked: 81 })).toBe(0.25);
});

test('is forgotten with the window: nothing of it is in the next', () => {
  const window = windowOf(50, (i) => [100 + i, (100 + i) / 2]);
  const last = { ...alone, durationMs: 300, dropped: true, arrivals: 50 };
  window.open(last);
  expect([window.samples, window.dropped, window.inFlightMax]).toEqual([0, 0, 0]);
  for (let i = 0; i < 50; i++) window.add({ ...last, among: 100 + i, inFlight: 9 });
  expect([window.samples, window.dropped, window.inFlightMax]).toEqual([50, 50, 9]);
  expect([window.meanMs, window.growsWithNumber]).toEqual([300, false]);
});

test.each([
  [33, true],
  [37, false],
])('times that scatter by %i ms around a line are beyond chance: %s', (scatter, grows) => {
  // The slope of 50 such times has three standard errors where they scatter by about 35 ms.
  const window = windowOf(50, (i) => [100 + i, 100 + i + (i % 2 === 0 ? -scatter : scatter)]);
  expect(window.growsWithNumber).toBe(grows);
});

test('the number varies, or is the same but for a few', () => {
  expect(windowOf(50, (i) => [100 + i, 300]).numberVaries).toBe(true);
  expect(windowOf(50, (i) => [3 + (i % 2), 300]).numberVaries).toBe(true);
  // A pool of 256 connections, all of which ask again at once.
  expect(windowOf(50, (i) => [255 + (i % 2), 128]).numberVaries).toBe(false);
  expect(windowOf(50, () => [256, 128]).numberVaries).toBe(false);
  expect(windowOf(50, () => [1, 1]).numberVaries).toBe(false);
});
