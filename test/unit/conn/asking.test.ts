import { expect, test } from 'vitest';
import { Asking } from '../../../src/conn/asking.js';

test('counts each connection once in a second, and those of the last second', () => {
  const asking = new Asking();
  const connections = [0, 0, 0];
  const ask = (i: number, now: number): void => {
    connections[i] = asking.note(connections[i] ?? 0, now);
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
