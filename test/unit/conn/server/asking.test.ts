import { expect, test } from 'vitest';
import { Asking } from '../../../../src/conn/server/asking.js';

test('counts each connection once in a second, and those of the last second', () => {
  const asking = new Asking();
  const connections = [0, 0, 0];
  const ask = (i: number, now: number): void => {
    const countedIn = connections[i] ?? 0;
    if (asking.isUncounted(countedIn, now)) connections[i] = asking.note(now);
  };
  for (let now = 0; now < 900; now += 100) for (const i of [0, 1, 2]) ask(i, now);
  expect(asking.count(999)).toBe(3);
  ask(0, 1000);
  expect(asking.count(1500)).toBe(3);
  expect(asking.count(2100)).toBe(1);
  expect(asking.count(9000)).toBe(0);
  ask(0, 9100);
  ask(1, 9100);
  expect(asking.count(9100)).toBe(2);
});

test('a connection is noted anew in each second', () => {
  const asking = new Asking();
  expect(asking.isUncounted(0, 0)).toBe(true);
  const countedIn = asking.note(0);
  expect([0, 999, 1000].map((now) => asking.isUncounted(countedIn, now))).toEqual([
    false,
    false,
    true,
  ]);
  expect(asking.isUncounted(0, 500)).toBe(true);
});

test.each([
  ['within its second', 999, 1],
  ['when its second is over', 1000, 1],
  ['within the next second', 1999, 1],
  ['when the next second is over, in which nobody asked', 2000, 0],
  ['much later', 9000, 0],
])('of a connection that has asked at 0, %s', (_when, now, count) => {
  const asking = new Asking();
  asking.note(0);
  expect(asking.count(now)).toBe(count);
});

test('a second that is over counts as the last one, from the moment on at which it ends', () => {
  const asking = new Asking();
  asking.note(0);
  expect([asking.count(1000), asking.count(1999), asking.count(2000)]).toEqual([1, 1, 0]);
});
