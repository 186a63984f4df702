// What is known of a kind of request: whether its handlers wait on purpose, finish soon, or have stopped to finish.

import { describe, expect, test, vi } from 'vitest';
import { KINDS_MAX, Kind, Kinds } from '../../../src/limiter/kinds.js';
import { SimulatedLimiter } from './simulated-limiter.js';

/** A kind of which so many have finished, after as long each. */
function finished(count: number, durationMs = 0): Kind {
  const kind = new Kind(true);
  for (let i = 0; i < count; i++) kind.noteFinish(durationMs, 0);
  return kind;
}

function start(kind: Kind, count: number, from = 0): void {
  for (let i = 0; i < count; i++) kind.noteStart(from);
}

describe('a kind', () => {
  test('of which nothing is known is neither long nor short', () => {
    const kind = new Kind(true);
    expect([kind.isLong, kind.isShort, kind.finishedAt]).toEqual([
      false,
      false,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test('is short where as many finish as wait on purpose, and long where more wait', () => {
    const kind = finished(2);
    const turned = [kind.noteLong(), kind.noteLong()];
    expect([turned, kind.isShort, kind.isLong]).toEqual([[false, false], true, false]);
    expect([kind.noteLong(), kind.isShort, kind.isLong]).toEqual([true, false, true]);
    // It was long before.
    expect(kind.noteLong()).toBe(false);
  });

  test('counts less what was long ago', () => {
    const kind = finished(1024);
    let count = 0;
    while (!kind.noteLong()) count++;
    expect(count).toBe(512);
  });

  test('takes what it usually takes: the mean of the first sixteen, and then each counts a sixteenth', () => {
    expect(finished(1, 1600).usualMs).toBe(1600);
    const kind = finished(4, 80);
    for (let i = 0; i < 12; i++) kind.noteFinish(16, 0);
    expect(kind.usualMs).toBeCloseTo(32, 12);
    kind.noteFinish(64, 0);
    expect(kind.usualMs).toBeCloseTo(34, 12);
  });

  test('that ends without a finish in time tells nothing of its time', () => {
    const kind = new Kind(true);
    kind.noteEnd(7);
    expect([kind.finishedAt, kind.isShort, kind.usualMs]).toEqual([7, false, Number.MIN_VALUE]);
  });

  test('that nobody tells is never long, however many wait on purpose', () => {
    const kind = new Kind(false);
    expect([kind.noteLong(), kind.isLong, kind.isShort]).toEqual([false, false, true]);
    start(kind, 100);
    expect(kind.isStalled(10_000)).toBe(false);
  });
});

describe('a kind that finished has stalled', () => {
  test.each([
    [63, 500, false],
    [64, 499, false],
    [64, 500, true],
  ])('where %i have started since and none has finished for %i ms: %s', (starts, ms, stalled) => {
    const kind = finished(1);
    start(kind, starts, 100);
    expect(kind.isStalled(100 + ms)).toBe(stalled);
  });

  test('after ten times what it usually takes, if that is longer', () => {
    const kind = finished(1, 100);
    start(kind, 64);
    expect([kind.isStalled(999), kind.isStalled(1000)]).toEqual([false, true]);
  });

  test('counted from the first start since, and no longer once one ends', () => {
    const kind = finished(1);
    start(kind, 1, 0);
    start(kind, 63, 400);
    expect(kind.isStalled(500)).toBe(true);
    kind.noteEnd(500);
    start(kind, 63, 600);
    expect(kind.isStalled(2000)).toBe(false);
    start(kind, 1, 700);
    expect([kind.isStalled(1099), kind.isStalled(1100)]).toEqual([false, true]);
  });

  test('and is asked again once nobody has asked for it for five seconds: the stall may be over', () => {
    const kind = finished(1);
    start(kind, 64, 0);
    expect([kind.isStalled(4999), kind.isStalled(5000)]).toEqual([true, false]);
    start(kind, 63, 5000);
    expect(kind.isStalled(5500)).toBe(false);
    start(kind, 1, 5000);
    expect([kind.isStalled(5499), kind.isStalled(5500)]).toEqual([false, true]);
    // It is tried now and then: it goes on.
    start(kind, 1, 9999);
    expect([kind.isStalled(10_000), kind.isStalled(14_998)]).toEqual([true, true]);
  });

  test('not where it never finished: it may take as long', () => {
    const kind = new Kind(true);
    start(kind, 64);
    expect(kind.isStalled(10_000)).toBe(false);
  });

  test('and one more is tried 200 ms after the last that started', () => {
    const kind = new Kind(true);
    expect(kind.mayProbe(0)).toBe(true);
    start(kind, 1, 100);
    expect([kind.mayProbe(299), kind.mayProbe(300)]).toEqual([false, true]);
  });
});

describe('the table of kinds', () => {
  test('asks a ticket for its kind once, and finds the same again', () => {
    const kinds = new Kinds();
    const ticket = new SimulatedLimiter().ticket('a', { kind: 7 });
    const kindHash = vi.spyOn(ticket, 'kindHash');
    expect(kinds.of(ticket)).toBe(kinds.of(ticket));
    expect(kindHash).toHaveBeenCalledTimes(1);
  });

  test('is bounded: kinds may share an entry', () => {
    const kinds = new Kinds();
    const world = new SimulatedLimiter();
    const of = (kind: number): Kind => kinds.of(world.ticket('a', { kind }));
    expect([of(1) === of(KINDS_MAX + 1), of(1) === of(2)]).toEqual([true, false]);
    const all = new Set(Array.from({ length: 10 * KINDS_MAX }, (_, kind) => of(kind)));
    expect(all.size).toBe(KINDS_MAX);
  });

  test('has a special kind where one is long or has stalled', () => {
    const ticket = new SimulatedLimiter().ticket('a', { kind: 7 });
    const long = new Kinds();
    expect(long.areSpecial(0)).toBe(false);
    long.of(ticket).noteLong();
    expect(long.areSpecial(0)).toBe(true);
    const stalled = new Kinds();
    stalled.of(ticket).noteFinish(1, 0);
    start(stalled.of(ticket), 64);
    expect([stalled.areSpecial(499), stalled.areSpecial(500)]).toEqual([false, true]);
  });

  test('has none for requests of which no kind is told', () => {
    const kinds = new Kinds();
    const kind = kinds.of(new SimulatedLimiter().ticket('a'));
    for (let i = 0; i < 3; i++) kind.noteLong();
    expect(kinds.areSpecial(0)).toBe(false);
  });
});
