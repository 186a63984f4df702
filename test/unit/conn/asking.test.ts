import { expect, test } from 'vitest';
import { Asking } from '../../../src/conn/asking.js';

test('counts each connection once in a second, and those of the last second', () => {
  const asking = new Asking();
  const connections = [0, 0, 0];
  const ask = (i: number, now: number): void => {
    const countedIn = connections[i] ?? 0;
    if (asking.isUncounted(countedIn, now)) connections[i] = asking.note(countedIn, now);
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
  const countedIn = asking.note(0, 0);
  expect([0, 999, 1000].map((now) => asking.isUncounted(countedIn, now))).toEqual([
    false,
    false,
    true,
  ]);
  expect(asking.isUncounted(0, 500)).toBe(true);
});
