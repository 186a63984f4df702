// What a window tells of how many run, and how fast they end.

import { expect, test } from 'vitest';
import { SampleWindow } from '../../../src/limiter/algorithms/window.js';
import { alone } from './sample-alone.js';

/** Five that ran among 60, and took `ms`, and five among 100. */
function ten(ms: readonly [number, number]): SampleWindow {
  const window = new SampleWindow();
  for (let i = 0; i < 10; i++) {
    window.add({ ...alone, among: i < 5 ? 60 : 100, durationMs: ms[i < 5 ? 0 : 1], now: i });
  }
  return window;
}

test('the pace is that of its ends: from the first on, or from where it opened', () => {
  const window = new SampleWindow();
  for (let i = 0; i < 10; i++) window.add({ ...alone, startedAt: 100, now: 500 + 10 * i });
  // Ten in the 90 ms since the first, which had begun 400 ms before.
  expect(window.pace(590)).toBeCloseTo(10 / 90, 12);
  expect(window.ageMs(590)).toBe(490);
  window.open({ ...alone, now: 600 });
  for (let i = 1; i <= 5; i++) window.add({ ...alone, startedAt: 100, now: 600 + 10 * i });
  expect(window.pace(650)).toBe(0.1);
  expect(window.ageMs(650)).toBe(50);
});

test('what began together and ends together is a high pace for the moment, and none for its whole age', () => {
  const window = new SampleWindow();
  for (let i = 0; i < 50; i++) window.add({ ...alone, startedAt: 100, now: 200 });
  expect([window.pace(201), window.paceOfAge(200)]).toEqual([50, 0.5]);
  // Those that opened anew have one start.
  window.open({ ...alone, now: 300 });
  for (let i = 0; i < 5; i++) window.add({ ...alone, startedAt: 100, now: 310 });
  expect([window.pace(310), window.paceOfAge(310)]).toEqual([0.5, 0.5]);
});

test('is outgrown by more than a quarter more than ran beside its own', () => {
  const window = ten([10, 10]);
  expect(window.isOutgrownBy(100)).toBe(false);
  expect(window.isOutgrownBy(101)).toBe(true);
});

test('foresees what it takes among more', () => {
  // 40 ms among 80, on average: twice as long among twice as many.
  expect(ten([30, 50]).msAmong(160)).toBe(80);
});
