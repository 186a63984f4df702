// Connections that are not let in yet are one crowd, whatever has to come before they are.

import { expect, test } from 'vitest';
import { Arriving, type ArrivingKind } from '../../../../src/conn/arrive/arriving.js';

class Kind implements ArrivingKind {
  readonly told: unknown[] = [];
  size: number;
  hasOld = false;

  constructor(size: number) {
    this.size = size;
  }

  makeRoom(before: number, now: number): boolean {
    this.told.push(['makeRoom', before, now]);
    return this.hasOld;
  }

  startDrain(now: number): void {
    this.told.push(['startDrain', now]);
  }

  endAll(now: number): void {
    this.told.push(['endAll', now]);
  }
}

test('those of every kind are counted', () => {
  expect(new Arriving([new Kind(2), new Kind(3)]).size).toBe(5);
  expect(new Arriving([]).size).toBe(0);
});

test('room is made once, by the first kind that can', () => {
  const kinds = [new Kind(1), new Kind(1), new Kind(1)] as const;
  const arriving = new Arriving(kinds);
  expect(arriving.makeRoom(5, 9)).toBe(false);
  kinds[1].hasOld = true;
  kinds[2].hasOld = true;
  expect(arriving.makeRoom(6, 9)).toBe(true);
  expect(kinds.map(({ told }) => told)).toEqual([
    [
      ['makeRoom', 5, 9],
      ['makeRoom', 6, 9],
    ],
    [
      ['makeRoom', 5, 9],
      ['makeRoom', 6, 9],
    ],
    [['makeRoom', 5, 9]],
  ]);
});

test('every kind hears of a drain and of its end', () => {
  const kinds = [new Kind(0), new Kind(1)];
  const arriving = new Arriving(kinds);
  arriving.startDrain(3);
  arriving.endAll(4);
  for (const { told } of kinds)
    expect(told).toEqual([
      ['startDrain', 3],
      ['endAll', 4],
    ]);
});
