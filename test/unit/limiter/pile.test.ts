// More run than can end while their clients wait.

import { expect, test } from 'vitest';
import { Pile } from '../../../src/limiter/algorithms/pile.js';

/** 300 at 200 a second, from 1000 on, under a limit of 900. */
function begun(pace = 0.2): Pile {
  const pile = new Pile();
  pile.begin(900, 300, pace, 1000);
  return pile;
}

test('is hopeless beyond what ends in half a second', () => {
  const pile = new Pile();
  expect(pile.isHopeless(100, 0.2)).toBe(false);
  expect(pile.isHopeless(101, 0.2)).toBe(true);
});

test('the best pace of late counts, and less with each window', () => {
  const pile = new Pile();
  pile.noteWindow(0.2);
  expect([pile.isHopeless(100, 0.1), pile.isHopeless(101, 0.1)]).toEqual([false, true]);
  pile.noteWindow(0.1);
  expect([pile.isHopeless(80, 0.1), pile.isHopeless(81, 0.1)]).toEqual([false, true]);
  pile.noteWindow(0.3);
  expect([pile.isHopeless(150, 0.1), pile.isHopeless(151, 0.1)]).toEqual([false, true]);
  pile.begin(900, 300, 0.1, 0);
  expect(pile.pace).toBe(0.3);
});

test('goes at the pace at which it was seen, until sixteen of it have ended', () => {
  const pile = begun();
  expect([pile.isGoing, pile.pace, pile.limitBefore]).toEqual([true, 0.2, 900]);
  for (let i = 1; i < 16; i++) pile.noteEnd(1000 + 10 * i);
  expect(pile.pace).toBe(0.2);
  pile.noteEnd(1160);
  expect(pile.pace).toBe(0.1);
  pile.noteEnd(1170);
  expect(pile.pace).toBe(0.1);
  for (let i = 0; i < 17; i++) pile.noteEnd(1170);
  expect(pile.pace).toBe(0.2);
});

test('what ends with the moment at which it was seen tells no pace', () => {
  const pile = begun();
  for (let i = 0; i < 20; i++) pile.noteEnd(1000);
  expect(pile.pace).toBe(0.2);
  pile.noteEnd(1042);
  expect(pile.pace).toBe(0.5);
});

test('the next is counted anew', () => {
  const pile = begun();
  for (let i = 0; i < 20; i++) pile.noteEnd(1001);
  pile.end();
  expect(pile.isGoing).toBe(false);
  const { pace } = pile;
  pile.noteEnd(9000);
  expect(pile.pace).toBe(pace);
  pile.begin(40, 300, 0.2, 9000);
  for (let i = 0; i < 15; i++) pile.noteEnd(9100);
  expect([pile.pace, pile.limitBefore]).toEqual([0.2, 40]);
  pile.noteEnd(9100);
  expect(pile.pace).toBe(0.16);
});

test('was none where a few take half of what was foreseen, with it gone', () => {
  // 300 at 200 a second: 1500 ms.
  const pile = begun();
  expect([pile.isRefutedBy(750), pile.isRefutedBy(751)]).toEqual([false, true]);
  pile.end();
  expect(pile.isRefutedBy(751)).toBe(false);
});
