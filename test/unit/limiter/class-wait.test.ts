// What the sojourn law allows one class: by its wait, and on trial by how far the queue has grown.

import { expect, test } from 'vitest';
import { ClassWait } from '../../../src/limiter/laws/class-wait.js';
import { TimedLaw } from '../../../src/limiter/laws/timed.js';

/** Of those who would wait as long, who may come in at `now`? */
const allowed = (wait: ClassWait, now: number, ...expectedMs: readonly number[]): boolean[] =>
  expectedMs.map((ms) => wait.allows(ms, now));

test('who would wait as long as is allowed may come in, and nobody who would wait longer', () => {
  expect(allowed(new ClassWait(50), 0, 0, 50, 50.1)).toEqual([true, true, false]);
});

test('on trial the queue may grow as it likes for 20 ms, up to the ceiling', () => {
  const wait = new ClassWait(50);
  wait.beginTrial(200, 0);
  expect(allowed(wait, 19, 200, 200.1)).toEqual([true, false]);
});

test('from then on it may grow by 5 ms and by two fifths of the time', () => {
  const wait = new ClassWait(50);
  wait.beginTrial(200, 0);
  expect(allowed(wait, 20, 55, 55.1)).toEqual([true, false]);
  expect(allowed(wait, 30, 59, 59.1)).toEqual([true, false]);
  expect(allowed(wait, 100_000, 200, 200.1)).toEqual([true, false]);
});

test('a trial that fails goes back, and the next one lets the queue grow for longer', () => {
  const wait = new ClassWait(50);
  wait.beginTrial(200, 0);
  wait.noteRefusal(10);
  expect([wait.ms, wait.isOnTrial, wait.hasSurplus, wait.trialAt]).toEqual([50, false, true, 4010]);
  wait.beginTrial(200, 4010);
  expect([wait.ms, wait.isOnTrial, wait.hasSurplus]).toEqual([200, true, false]);
  expect(allowed(wait, 4010 + 100, 200)).toEqual([true]);
  expect(allowed(wait, 4010 + 639, 200)).toEqual([true]);
});

test('the timed law turns away nobody for the sake of others', () => {
  expect(new TimedLaw(50).wantsFewer()).toBe(false);
});
