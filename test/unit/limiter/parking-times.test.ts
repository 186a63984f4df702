// When a handler that runs is found to wait on purpose: by its own time, that of others, and what is known of its kind.

import { describe, expect, test } from 'vitest';
import { Parking } from '../../../src/limiter/parking.js';
import { SimulatedLimiter, type TestTicket } from './simulated-limiter.js';

const poll = 1;
const short = 2;
const other = 3;

class Scene {
  readonly parking = new Parking();
  readonly #world = new SimulatedLimiter();

  start(name: string, kind: number, at: number): TestTicket {
    const ticket = this.#world.ticket(name, { kind });
    ticket.admittedAt = at;
    this.parking.enter(ticket);
    return ticket;
  }

  /** One of this kind has finished, after so long. */
  finish(kind: number, durationMs: number, now: number): void {
    const ticket = this.start('finishes', kind, now - durationMs);
    this.parking.noteEnd(ticket, false, durationMs, now);
  }

  /** One of this kind has only computed. */
  finishAtOnce(kind: number, now: number): void {
    this.parking.noteEndAtOnce(this.#world.ticket('computes', { kind }), now);
  }

  /** Who is found, at most so many. */
  look(now: number, room = 100): string[] {
    const found: string[] = [];
    this.parking.look(now, room, (ticket) => found.push((ticket as TestTicket).name));
    return found;
  }
}

describe('a handler of a kind that never finished', () => {
  test.each([
    [99, 99, []],
    [99.9, 100, []],
    [100, 100, ['poll']],
  ])('where another finished at %d, at %i: %j', (finishedAt, now, found) => {
    const scene = new Scene();
    scene.start('poll', poll, 0);
    scene.finish(other, 1, finishedAt);
    expect(scene.look(now)).toEqual(found);
  });

  test('has no longer than 100 ms once what all usually take is forgotten', () => {
    const scene = new Scene();
    scene.finish(other, 100, -1);
    scene.parking.forget();
    scene.start('poll', poll, 0);
    scene.finishAtOnce(other, 100);
    expect(scene.look(100)).toEqual(['poll']);
  });

  test.each([
    [199, []],
    [200, ['poll']],
  ])('has twice what all usually take, here 100 ms: at %i, %j', (now, found) => {
    const scene = new Scene();
    scene.finish(other, 100, -1);
    scene.start('poll', poll, 0);
    scene.finishAtOnce(other, now);
    expect(scene.look(now)).toEqual(found);
  });

  test.each([
    [499, []],
    [500, ['poll']],
  ])('has half a second in any case: at %i, %j', (now, found) => {
    const scene = new Scene();
    scene.start('poll', poll, 0);
    expect(scene.look(now)).toEqual(found);
  });
});

describe('a handler of a kind that finishes as a rule', () => {
  test.each([
    ['its kind takes 20 ms', [[short, 20]], 199, []],
    ['its kind takes 20 ms', [[short, 20]], 200, ['slow']],
    ['its kind takes hardly any time', [[short, 1]], 99, []],
    ['its kind takes hardly any time', [[short, 1]], 100, ['slow']],
    [
      'all take 20 ms',
      [
        [short, 10],
        [other, 30],
      ],
      199,
      [],
    ],
    [
      'all take 20 ms',
      [
        [short, 10],
        [other, 30],
      ],
      200,
      ['slow'],
    ],
  ] as const)('where %s %j, and one has finished at %i: %j', (_what, finishes, now, found) => {
    const scene = new Scene();
    for (const [kind, durationMs] of finishes) scene.finish(kind, durationMs, -1);
    scene.start('slow', short, 0);
    scene.finishAtOnce(other, now);
    expect(scene.look(now + 1)).toEqual(found);
  });

  test('has what the first took that finished, however little is known before', () => {
    const scene = new Scene();
    scene.start('as slow', short, 50);
    scene.finish(short, 200, 200);
    expect(scene.look(210)).toEqual([]);
  });

  test('keeps its slot for ever where nobody finishes', () => {
    const scene = new Scene();
    scene.finish(short, 1, -1);
    scene.start('slow', short, 0);
    expect(scene.look(1e6)).toEqual([]);
  });

  test('makes its kind a long one by one in each look only', () => {
    for (const [looks, room, isLong] of [
      [1, 3, false],
      [2, 1, false],
      [3, 1, true],
    ] as const) {
      const scene = new Scene();
      scene.finish(short, 1, -1);
      const slow = ['a', 'b', 'c'].map((name) => scene.start(name, short, 0));
      scene.finish(short, 16, 300);
      let isFound = false;
      for (let i = 0; i < looks; i++)
        isFound = scene.parking.look(300, room, () => undefined) || isFound;
      expect([isFound, scene.parking.isLong(slow[0] as TestTicket)]).toEqual([isLong, isLong]);
    }
  });

  test('says nothing of its kind where others of it have not finished since', () => {
    const scene = new Scene();
    scene.finish(short, 1, -1);
    const slow = scene.start('a', short, 0);
    scene.finish(other, 1, 300);
    expect([scene.look(300), scene.parking.isLong(slow)]).toEqual([['a'], false]);
  });
});

describe('a look', () => {
  test('finds those that started first, as many as there is room for', () => {
    const scene = new Scene();
    for (const name of ['a', 'b', 'c']) scene.start(name, poll, 0);
    expect([scene.look(500, 0), scene.look(500, 2), scene.look(500)]).toEqual([
      [],
      ['a', 'b'],
      ['c'],
    ]);
  });

  test('tells of a kind that is found to be long, once', () => {
    const scene = new Scene();
    const first = scene.start('a', poll, 0);
    const look = (now: number): boolean => scene.parking.look(now, 100, () => undefined);
    expect([scene.parking.isWatching, scene.parking.isLong(first)]).toEqual([false, false]);
    expect([look(0), look(500), scene.parking.isWatching]).toEqual([false, true, true]);
    scene.start('b', poll, 500);
    expect([look(1000), scene.parking.isLong(first)]).toEqual([false, true]);
  });

  test('finds none that has ended, or waits elsewhere until it is back', () => {
    const scene = new Scene();
    const [ends, waits] = [scene.start('ends', poll, 0), scene.start('waits', poll, 0)];
    scene.parking.noteEnd(ends, false, 1, 1);
    scene.parking.leave(waits);
    scene.parking.leave(waits);
    expect([scene.parking.has(waits), scene.look(1e4)]).toEqual([false, []]);
    scene.parking.enterAgain(waits);
    expect([scene.parking.has(waits), scene.parking.isCalm]).toEqual([true, false]);
  });
});

test.each([
  [99, false],
  [100, true],
])(
  'one that was taken for long and ends after %i ms leaves its kind a long one: %s',
  (ms, isLong) => {
    const scene = new Scene();
    const ticket = scene.start('a', poll, 0);
    scene.look(500);
    expect(scene.parking.isLong(ticket)).toBe(true);
    scene.parking.noteParkedEnd(ticket, ms, 600);
    expect(scene.parking.isLong(ticket)).toBe(isLong);
  },
);

test('all is calm while nobody runs and no kind is special', () => {
  const scene = new Scene();
  expect(scene.parking.isCalm).toBe(true);
  const ticket = scene.start('a', poll, 0);
  expect(scene.parking.isCalm).toBe(false);
  scene.look(500);
  expect([scene.parking.has(ticket), scene.parking.isCalm]).toEqual([false, false]);
});

test.each([
  ['of its kind', short, false],
  ['of another', other, true],
] as const)(
  'a kind that starts and does not finish has stalled, though one %s computes',
  (_what, kind, isStalled) => {
    const scene = new Scene();
    scene.finish(short, 1, -1);
    const [first] = Array.from({ length: 100 }, (_, i) => scene.start(`${i}`, short, 5 * i));
    scene.finishAtOnce(kind, 550);
    expect(scene.parking.isStalled(first!, 600)).toBe(isStalled);
  },
);
