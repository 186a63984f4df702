// How many handshakes are under way, and for how long, in virtual time and without a socket.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Handshake, Handshakes } from '../../../../src/conn/arrive/handshakes.js';
import { Reports } from '../../../../src/conn/watch/reports.js';
import { DeadlineList, Deadlines } from '../../../../src/fsm/time/deadlines.js';

const MS = 10_000;
const STALLED_MS = 1000;

function scene(handshakesMax: number) {
  const faults: { code: string; alert?: string; remoteAddress: string }[] = [];
  const clock = new DeadlineList('handshake', MS);
  const stallClock = new DeadlineList('handshakeStall', STALLED_MS);
  const deadlines = new Deadlines([clock, stallClock]);
  let idle = 0;
  let armed = 0;
  const all = new Handshakes({
    handshakesMax,
    clock,
    stallClock,
    reports: new Reports(
      {
        onError: undefined,
        onFault: (fault) => faults.push(fault),
        observers: [],
        showsCredentials: false,
      },
      () => undefined,
    ),
    armTimer: () => armed++,
    oneOver: () => idle++,
  });
  const begun: string[] = [];
  const dropped: string[] = [];
  const arrive = (name: string, now: number, onBegin = () => {}): Handshake =>
    all.arrive(
      {
        remote: { address: name, port: 1 },
        begin: () => {
          begun.push(name);
          onBegin();
        },
        drop: () => dropped.push(name),
      },
      now,
    );
  return { all, arrive, begun, dropped, faults, deadlines, over: () => idle, armed: () => armed };
}

describe('handshakes', () => {
  test('begin with the first byte, and only so many at once', () => {
    const { arrive, begun, all } = scene(2);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => arrive(name, 0)) as Handshake[];
    expect(begun).toEqual([]);
    expect(all.underWay).toBe(0);
    for (const one of [b, c, d, a]) one?.begins(10);
    expect(begun).toEqual(['b', 'c']);
    // Of those who wait, the last one goes first.
    c?.done(20);
    expect(begun).toEqual(['b', 'c', 'a']);
    b?.failed('ERR', 20);
    expect(begun).toEqual(['b', 'c', 'a', 'd']);
    expect([all.size, all.underWay]).toEqual([2, 2]);
    a?.done(30);
    expect([all.size, all.underWay]).toEqual([1, 1]);
  });

  test('that are silent take no place', () => {
    const { arrive, begun } = scene(1);
    for (let i = 0; i < 1000; i++) arrive(`silent ${i}`, 0);
    arrive('honest', 1).begins(1);
    expect(begun).toEqual(['honest']);
  });

  test('that have stalled make room, as soon as somebody waits', () => {
    const { arrive, begun, dropped, faults, deadlines } = scene(2);
    arrive('a', 0).begins(0);
    arrive('b', 500).begins(500);
    arrive('c', 900).begins(900);
    deadlines.expire(999);
    expect(dropped).toEqual([]);
    // Nobody new comes: time alone makes the room.
    deadlines.expire(1000);
    expect([dropped, begun]).toEqual([['a'], ['a', 'b', 'c']]);
    // Nobody waits.
    deadlines.expire(1600);
    expect(dropped).toEqual(['a']);
    arrive('d', 1700).begins(1700);
    expect([dropped, begun]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ]);
    expect(faults).toMatchObject([
      { code: 'SLUICE_FAULT_HANDSHAKE_TIMEOUT', remoteAddress: 'a' },
      { code: 'SLUICE_FAULT_HANDSHAKE_TIMEOUT', remoteAddress: 'b' },
    ]);
  });

  test('of a flood keep a newcomer waiting for no longer than one of them may stall', () => {
    const { arrive, begun, dropped, deadlines } = scene(4);
    for (let i = 0; i < 10_000; i++) arrive(`flood ${i}`, 0).begins(0);
    arrive('honest', 10).begins(10);
    expect(begun).toHaveLength(4);
    deadlines.expire(1000);
    expect(begun[4]).toBe('honest');
    // Slow as it is, those who came before do not take its place.
    deadlines.expire(MS - 1);
    expect(dropped).not.toContain('honest');
  });

  test('end after their time, whatever state they are in', () => {
    const { arrive, dropped, deadlines, faults } = scene(1);
    arrive('silent', 0);
    arrive('shaking', 1).begins(9500);
    arrive('waiting', 2).begins(9500);
    deadlines.expire(MS - 1);
    expect(dropped).toEqual([]);
    deadlines.expire(MS);
    expect(dropped).toEqual(['silent']);
    deadlines.expire(MS + 2);
    expect(dropped).toEqual(['silent', 'shaking', 'waiting']);
    expect(faults.map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'SLUICE_FAULT_HANDSHAKE_TIMEOUT'),
    );
  });

  test('that are over have no deadline, and are told once', () => {
    const { arrive, dropped, deadlines, faults, over } = scene(1);
    const one = arrive('a', 0);
    one.begins(0);
    one.failed('ERR_SSL_X', 1);
    one.failed('ERR_SSL_Y', 1);
    one.done(1);
    one.gone(1);
    one.begins(1);
    deadlines.expire(MS);
    expect(faults).toMatchObject([{ code: 'SLUICE_FAULT_HANDSHAKE_FAILED', alert: 'ERR_SSL_X' }]);
    expect([dropped, over()]).toEqual([['a'], 1]);
  });

  test('make room for others, the first that came first, and none that came later', () => {
    const { arrive, all, dropped } = scene(1);
    arrive('a', 0);
    arrive('b', 5);
    expect(all.makeRoom(5, 10)).toBe(true);
    expect(all.makeRoom(5, 10)).toBe(false);
    expect(dropped).toEqual(['a']);
    expect(all.makeRoom(6, 10)).toBe(true);
    expect(all.makeRoom(6, 10)).toBe(false);
  });

  test('have the timer set whenever a deadline of theirs begins', () => {
    const { arrive, armed } = scene(1);
    const one = arrive('a', 0);
    expect(armed()).toBe(1);
    one.begins(1);
    expect(armed()).toBe(2);
    one.done(2);
    expect(armed()).toBe(3);
  });

  test('that have stalled stay while there are places', () => {
    const { arrive, dropped, begun, deadlines } = scene(2);
    arrive('a', 0).begins(0);
    deadlines.expire(1000);
    arrive('b', 1500).begins(1500);
    expect([dropped, begun]).toEqual([[], ['a', 'b']]);
  });

  test('begin once, however often their client is heard', () => {
    const { arrive, begun, all } = scene(1);
    const [a, b] = ['a', 'b'].map((name) => arrive(name, 0)) as [Handshake, Handshake];
    for (const one of [a, a, b, b]) one.begins(0);
    expect(begun).toEqual(['a']);
    b.gone(1);
    a.done(2);
    expect([begun, all.size]).toEqual([['a'], 0]);
  });

  test('that fail as soon as they begin are dropped once, though all end', () => {
    const { arrive, all, dropped, faults } = scene(1);
    arrive('a', 0).begins(0);
    const failing: Handshake = arrive('b', 0, () => failing.failed('ERR_X', 1));
    failing.begins(0);
    all.endAll(1);
    expect([dropped, faults.length, all.size]).toEqual([['a', 'b'], 1, 0]);
  });

  test('that wait begin with the newest, whoever of them has left', () => {
    // Law: what begins is what a list in order of arrival would begin, without those that have left.
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names), (leaving) => {
        const { arrive, begun } = scene(1);
        const first = arrive('first', 0);
        first.begins(0);
        const all = new Map(names.map((name) => [name, arrive(name, 0)]));
        for (const one of all.values()) one.begins(0);
        for (const name of leaving) all.get(name)?.gone(1);
        first.done(2);
        for (const name of [...names].reverse()) all.get(name)?.done(3);
        const staying = names.filter((name) => !leaving.includes(name));
        expect(begun).toEqual(['first', ...staying.reverse()]);
      }),
    );
  });

  test('that have stalled make room for one that waits already, whoever ends', () => {
    const { arrive, begun, dropped, deadlines } = scene(1);
    const first = arrive('a', 0);
    first.begins(0);
    const waiting = arrive('b', 1);
    waiting.begins(1);
    waiting.gone(2);
    // Nobody waits any more.
    deadlines.expire(1000);
    expect(dropped).toEqual([]);
    const last = arrive('c', 1001);
    last.begins(1001);
    expect([dropped, begun]).toEqual([['a'], ['a', 'c']]);
  });

  test('that were waited for by many who have left begin with those who still wait', () => {
    const { arrive, all, begun } = scene(1);
    arrive('a', 0).begins(0);
    arrive('early', 0).begins(0);
    const others = Array.from({ length: 40 }, (_, i) => arrive(`left ${i}`, 1));
    for (const one of others) one.begins(1);
    arrive('late', 2).begins(2);
    for (const one of others) one.gone(3);
    expect(all.size).toBe(3);
    const places = (): string[] => begun.splice(0);
    places();
    all.makeRoom(1, 4);
    expect(places()).toEqual(['late']);
    all.makeRoom(1, 5);
    expect(places()).toEqual([]);
  });

  test('in a drain go on where they have begun', () => {
    const { arrive, all, dropped, faults } = scene(1);
    arrive('silent', 0);
    arrive('shaking', 0).begins(0);
    arrive('waiting', 0).begins(0);
    all.startDrain(1);
    expect(dropped).toEqual(['silent']);
    all.endAll(2);
    expect(dropped).toEqual(['silent', 'shaking', 'waiting']);
    expect(faults).toEqual([]);
    expect(all.size).toBe(0);
  });
});
