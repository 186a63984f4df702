// Who gives way as memory is used up.

import { expect, test } from 'vitest';
import { MemoryRelief } from '../../../../src/conn/memory/memory-relief.js';
import type { MemoryHolder } from '../../../../src/conn/server-ports.js';
import { Gathering } from '../../../../src/http/request/gathering.js';

class Holder implements MemoryHolder {
  readonly seen: string[] = [];
  bufferedBytes: number;
  starvedSince = 0;
  readonly ending = { cut: (reason: string) => this.see(`cut ${reason}`) };

  constructor(bufferedBytes: number) {
    this.bufferedBytes = bufferedBytes;
  }

  see(what: string): void {
    this.seen.push(what);
  }

  countHeld(): void {
    this.see('count');
  }

  lookAgain(now: number): void {
    this.see(`look ${now}`);
  }

  giveUpStarved(): void {
    this.see('give up');
  }
}

class Scene {
  readonly done: string[] = [];
  readonly roster = { connections: new Set<MemoryHolder>(), requestsFinished: 0 };
  readonly relief = new MemoryRelief(1000, {
    roster: this.roster,
    armTurn: () => this.done.push('turn'),
    memoryIsShort: (isShort) => this.done.push(isShort ? 'short' : 'enough'),
    expireIdle: (now) => this.done.push(`expire ${now}`),
  });

  holders(...bytes: number[]): Holder[] {
    const holders = bytes.map((one) => new Holder(one));
    for (const holder of holders) this.roster.connections.add(holder);
    return holders;
  }
}

test('while memory is plenty nothing happens', () => {
  const scene = new Scene();
  const [one] = scene.holders(10);
  scene.relief.relieve(5);
  expect([scene.done, one?.seen]).toEqual([[], []]);
  expect(scene.relief.checkAt).toBe(Number.POSITIVE_INFINITY);
});

test('tight: idle connections expire, and it is looked at again in 100 ms', () => {
  const scene = new Scene();
  scene.relief.ledger.change(600);
  expect(scene.done.splice(0)).toEqual(['enough', 'turn']);
  scene.relief.relieve(5);
  expect(scene.done).toEqual(['expire 5']);
  expect(scene.relief.checkAt).toBe(105);
});

test('scarce: new work is refused, and all look again, once; and once more when it is over', () => {
  const scene = new Scene();
  const [one] = scene.holders(10);
  scene.relief.ledger.change(800);
  expect(scene.done).toEqual(['short', 'turn']);
  scene.relief.relieve(5);
  scene.relief.relieve(6);
  expect(one?.seen.splice(0)).toEqual(['look 5']);
  scene.relief.ledger.change(-800);
  scene.relief.relieve(7);
  expect(one?.seen).toEqual(['look 7']);
  expect(scene.relief.checkAt).toBe(Number.POSITIVE_INFINITY);
});

test('exhausted: the largest are cut, and no more of them than it takes', () => {
  const scene = new Scene();
  const [small, large, middle] = scene.holders(10, 300, 200) as [Holder, Holder, Holder];
  large.ending.cut = (reason) => {
    large.see(`cut ${reason}`);
    scene.relief.ledger.change(-300);
  };
  scene.relief.ledger.change(950);
  scene.relief.relieve(5);
  expect(large.seen).toContain('cut memory');
  for (const other of [small, middle]) expect(other.seen).not.toContain('cut memory');
});

test('exhausted, with content that waits: those that wait give up, the largest first', () => {
  const scene = new Scene();
  const [a, b, c] = scene.holders(100, 600, 300) as [Holder, Holder, Holder];
  for (const one of [a, b]) {
    one.starvedSince = 5;
    scene.relief.starve(one);
  }
  scene.relief.ledger.change(1000);
  scene.relief.relieve(5);
  expect(b.seen).toContain('give up');
  expect(a.seen).not.toContain('give up');
  expect(c.seen).not.toContain('cut memory');
});

test('content that waited for five seconds is given up, an eighth of it at a time', () => {
  const scene = new Scene();
  const holders = scene.holders(...Array.from({ length: 9 }, (_, i) => i));
  for (const one of holders) scene.relief.starve(one);
  expect(scene.done).toHaveLength(9);
  scene.relief.ledger.change(600);
  scene.relief.relieve(4999);
  expect(scene.relief.checkAt).toBe(5099);
  const givenUp = (): number[] =>
    holders
      .filter(({ seen }) => seen.includes('give up'))
      .map(({ bufferedBytes }) => bufferedBytes);
  expect(givenUp()).toEqual([]);
  scene.relief.relieve(5000);
  expect(givenUp()).toEqual([7, 8]);
});

test('content waits for five seconds from when it began to', () => {
  const scene = new Scene();
  const [early, late] = scene.holders(1, 2) as [Holder, Holder];
  [early.starvedSince, late.starvedSince] = [1000, 2000];
  for (const one of [early, late]) scene.relief.starve(one);
  scene.relief.ledger.change(100);
  scene.relief.relieve(6000);
  expect([early, late].map(({ seen }) => seen.includes('give up'))).toEqual([true, false]);
});

test('where those that wait hold most, and nothing ends, a quarter of a second is enough', () => {
  const scene = new Scene();
  const [one] = scene.holders(400) as [Holder];
  scene.relief.starve(one);
  scene.relief.ledger.change(600);
  scene.roster.requestsFinished = 1;
  scene.relief.relieve(100);
  scene.relief.relieve(349);
  expect(one.seen).not.toContain('give up');
  scene.relief.relieve(350);
  expect(one.seen).toContain('give up');
});

test('while content waits, memory that comes free is noticed at once', () => {
  const scene = new Scene();
  const [one] = scene.holders(10) as [Holder];
  scene.relief.ledger.change(100);
  const place = scene.relief.starve(one);
  scene.relief.relieve(5);
  expect(one.seen).toEqual(['look 5']);
  scene.done.length = 0;
  scene.relief.ledger.change(-1);
  expect(scene.done).toEqual(['turn']);
  place.leave();
  scene.relief.relieve(6);
  scene.done.length = 0;
  scene.relief.ledger.change(-1);
  expect(scene.done).toEqual([]);
});

test('content of unknown length grows one at a time while memory is tight', () => {
  const scene = new Scene();
  const [a, b] = scene.holders(1, 1) as [Holder, Holder];
  const [one, other] = [{ connection: a }, { connection: b }];
  const { relief } = scene;
  expect([relief.fits(one, 599, false), relief.fits(other, 599, false)]).toEqual([true, true]);
  expect(relief.fits(one, 600, false)).toBe(true);
  expect(relief.fits(other, 600, false)).toBe(false);
  expect(relief.fits(other, 600, true)).toBe(true);
  expect(relief.fits(one, 800, true)).toBe(false);
  relief.endGrowth(other);
  expect(scene.done).toEqual([]);
  relief.starve(b);
  relief.starve(a);
  relief.relieve(1);
  expect(a.seen).toEqual(['look 1', 'look 1']);
  scene.done.length = 0;
  relief.endGrowth(one);
  expect(scene.done).toEqual(['turn']);
  expect(relief.fits(other, 600, false)).toBe(true);
});

test('exhausted: one look cuts off no more than fifty', () => {
  const scene = new Scene();
  const holders = scene.holders(...Array.from({ length: 51 }, (_, i) => i));
  scene.relief.ledger.change(950);
  scene.relief.relieve(5);
  const isCut = holders.map(({ seen }) => seen.includes('cut memory'));
  // All but the smallest: no memory came free.
  expect(isCut).toEqual([false, ...Array.from({ length: 50 }, () => true)]);
});

test('exhausted, with content that waits: those give up until half of the memory would be free', () => {
  const scene = new Scene();
  const holders = scene.holders(150, 151, 150, 200) as [Holder, Holder, Holder, Holder];
  for (const one of holders) {
    one.starvedSince = 5;
    scene.relief.starve(one);
  }
  scene.relief.ledger.change(1000);
  scene.relief.relieve(5);
  // 1000 − 200 − 151 − 150 is below 500.
  expect(holders.map(({ seen }) => seen.filter((what) => what === 'give up').length)).toEqual([
    1, 1, 0, 1,
  ]);
});

test('of many whose content waits, one look feeds 32; the one that may grow comes first, if it waits', () => {
  const scene = new Scene();
  const holders = scene.holders(...Array.from({ length: 34 }, () => 1));
  const [growing, ...others] = holders as [Holder, ...Holder[]];
  scene.relief.ledger.change(100);
  for (const one of others) scene.relief.starve(one);
  expect(scene.relief.fits({ connection: growing }, 600, false)).toBe(true);
  scene.relief.relieve(1);
  const looks = (): number[] => holders.map(({ seen }) => seen.splice(0).length);
  expect(looks()).toEqual([0, ...Array.from({ length: 32 }, () => 1), 0]);
  scene.relief.starve(growing);
  scene.relief.relieve(2);
  expect(looks()).toEqual([1, ...Array.from({ length: 31 }, () => 1), 0, 0]);
});

test('where those that wait hold half and no more, they wait as long as others do', () => {
  const scene = new Scene();
  const [one] = scene.holders(300) as [Holder];
  scene.relief.starve(one);
  scene.relief.ledger.change(600);
  scene.relief.relieve(0);
  scene.relief.relieve(4999);
  expect(one.seen).not.toContain('give up');
  scene.relief.relieve(5000);
  expect(one.seen).toContain('give up');
});

test('scarce: spare memory for content is let go of, once', () => {
  const scene = new Scene();
  let made = 0;
  /** Gathers content for which spare memory serves, and says whether some was there. */
  const gatherUsesSpare = (): boolean => {
    const before = made;
    const gathering = new Gathering(1024 * 1024, true, (bytes) => {
      made++;
      return new Uint8Array(bytes);
    });
    gathering.add(new Uint8Array(512 * 1024));
    gathering.drop();
    return made === before;
  };
  gatherUsesSpare();
  expect(gatherUsesSpare()).toBe(true);
  scene.relief.relieve(1);
  expect(gatherUsesSpare()).toBe(true);
  scene.relief.ledger.change(800);
  scene.relief.relieve(2);
  expect(gatherUsesSpare()).toBe(false);
});

test('a recount counts every connection', () => {
  const scene = new Scene();
  const holders = scene.holders(1, 2);
  scene.relief.recount();
  expect(holders.map(({ seen }) => seen)).toEqual([['count'], ['count']]);
});
