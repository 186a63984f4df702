// Which clock runs in which state, and what a stop of the loop is worth.

import { expect, test } from 'vitest';
import { Clocks } from '../../../../src/conn/clock/clocks.js';
import { Reading, Writing } from '../../../../src/conn/machine/states.js';
import { Look } from '../../../../src/conn/memory/look-ahead.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { Deadline, DeadlineList } from '../../../../src/fsm/time/deadlines.js';

const armed = (list: DeadlineList, now: number): Deadline => {
  const deadline = new Deadline({ expired: () => {} });
  list.arm(deadline, now);
  return deadline;
};

test.each([
  ['idle', 'idle', {}, 'keepAlive'],
  ['idle', 'idle', { told: true }, 'keepAliveTold'],
  ['idle', 'idle', { leaving: true }, undefined],
  ['head', 'idle', {}, 'head'],
  ['body', 'pending', {}, undefined],
  ['body', 'pending', { awaited: true }, 'body'],
  ['body', 'gathering', {}, 'body'],
  ['drain', 'done', {}, 'body'],
  ['discard', 'shut', {}, 'linger'],
  ['discard', 'shut', { leaving: true }, undefined],
  ['discard', 'flushing', {}, undefined],
  ['done', 'pending', {}, undefined],
  ['tunnel', 'tunnel', {}, undefined],
  ['tunnel', 'shut', {}, 'halfClosed'],
] as const)('reading %s, writing %s, %o: %s', (reading, writing, given, name) => {
  const { awaited, leaving, told } = { awaited: false, leaving: false, told: false, ...given };
  const clocks = new Clocks(DEFAULT_LIMITS);
  const list = clocks.readingClock(Reading[reading], Writing[writing], awaited, leaving, told);
  expect(list?.name).toBe(name);
});

test.each([
  ['queued', 'ended'],
  ['pending', 'ended'],
  ['streaming', 'endedStream'],
  ['tunnel', 'halfClosed'],
  ['flushing', undefined],
] as const)('a peer that ended, writing %s: %s', (writing, name) => {
  expect(new Clocks(DEFAULT_LIMITS).endedClock(Writing[writing])?.name).toBe(name);
});

test.each([
  ['gathering', Look.none, undefined],
  ['queued', Look.none, 'unseen'],
  ['queued', Look.further, 'unseenStream'],
  ['pending', Look.none, 'unseen'],
  ['pending', Look.further, 'unseenStream'],
  ['pending', Look.all, 'unseen'],
  ['streaming', Look.none, 'unseenStream'],
  ['streaming', Look.further, 'unseenStream'],
  ['streaming', Look.all, 'unread'],
  ['flushing', Look.none, undefined],
] as const)('a peer that may have ended, writing %s, look %i: %s', (writing, look, name) => {
  expect(new Clocks(DEFAULT_LIMITS).unseenClock(Writing[writing], look)?.name).toBe(name);
});

test('a stop of the loop is no silence of a peer, and changes nothing that waits for no peer', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  const lists = Object.values(clocks).filter((one) => one instanceof DeadlineList);
  // No deadline is ever armed in `room`.
  lists.splice(lists.indexOf(clocks.room), 1);
  const before = new Map(lists.map((list) => [list.name, armed(list, 0).dueMs]));
  clocks.seen(0, false);
  clocks.fired(700, 500);
  const later = lists.filter(({ name, first }) => first?.dueMs === (before.get(name) ?? 0) + 350);
  const others = lists.filter(({ name, first }) => first?.dueMs === before.get(name));
  expect([later, others].map((some) => some.map(({ name }) => name).sort())).toEqual([
    [
      ...['body', 'ended', 'endedStream', 'halfClosed', 'handshake', 'handshakeStall', 'head'],
      ...['keepAlive', 'keepAliveTold', 'linger', 'lingerMax', 'unread', 'unseen', 'unseenStream'],
      'writeStall',
    ],
    ['drainLinger', 'drainQuiet', 'handler', 'headDelay', 'rest', 'watch'],
  ]);
});

test('durations are those of the limits', () => {
  const clocks = new Clocks({ ...DEFAULT_LIMITS, peerEndedMs: 400 });
  expect(clocks.keepAlive.durationMs).toBe(DEFAULT_LIMITS.keepAliveMs);
  expect(clocks.keepAliveTold.durationMs).toBe(DEFAULT_LIMITS.keepAliveMs + 1000);
  expect([clocks.ended.durationMs, clocks.endedStream.durationMs]).toEqual([400, 400]);
  expect(
    [clocks.unseen, clocks.unseenStream, clocks.unread].map((list) => list.durationMs),
  ).toEqual([400, 400, 400]);
  const slow = new Clocks({ ...DEFAULT_LIMITS, peerEndedMs: 4000 });
  expect([slow.ended.durationMs, slow.endedStream.durationMs]).toEqual([4000, 1000]);
  expect([slow.unseen, slow.unseenStream, slow.unread].map((list) => list.durationMs)).toEqual([
    4000, 1000, 4000,
  ]);
});

test('a timer that is late forgives twice its lateness, but 50 ms', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  const [body, handler] = [armed(clocks.body, 0), armed(clocks.handler, 0)];
  const [bodyDue, handlerDue] = [body.dueMs, handler.dueMs];
  clocks.seen(0, false);
  clocks.fired(1050, 1000);
  expect(body.dueMs).toBe(bodyDue);
  clocks.fired(2200, 2100);
  expect(body.dueMs - bodyDue).toBe(150);
  expect(clocks.heardMs(2200)).toBe(2050);
  expect(handler.dueMs).toBe(handlerDue);
});

test('a stop has begun when the loop was last seen before it, whatever is heard before the timer comes', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  clocks.seen(1000, false);
  // Stopped until 1300. A promise has settled before the timer came, which was due at 1100.
  clocks.seen(1300, false);
  clocks.seen(1300.5, false);
  clocks.fired(1301, 1100);
  expect(1301 - clocks.heardMs(1301)).toBe(301 - 50);
  // The loop was idle, and heard of what came, before a short stop.
  clocks.seen(5000, false);
  clocks.seen(9000, false);
  clocks.fired(9200, 9100);
  expect(9200 - clocks.heardMs(9200)).toBe(301 - 50 + 200 - 50);
  // A gap that was over before the timer was due is no part of a stop.
  clocks.seen(12_000, false);
  clocks.fired(12_200, 12_100);
  expect(12_200 - clocks.heardMs(12_200)).toBe(301 - 50 + 2 * (200 - 50));
});

test('a call that takes long is a stop, time between calls is not', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  clocks.seen(0, false);
  clocks.seen(500, false);
  expect(clocks.heardMs(500)).toBe(500);
  clocks.seen(550, true);
  expect(clocks.heardMs(550)).toBe(550);
  clocks.seen(650, true);
  expect(clocks.heardMs(650)).toBe(600);
  clocks.seen(640, true);
  expect(clocks.heardMs(650)).toBe(600);
  // A clock that lags for once begins no stop.
  clocks.seen(700, true);
  expect(clocks.heardMs(700)).toBe(650);
});

test('the longest idle is the one that has been silent for longest, told or not', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  expect(clocks.longestIdle).toBe(undefined);
  const told = armed(clocks.keepAliveTold, 10);
  expect(clocks.longestIdle).toBe(told);
  const first = armed(clocks.keepAlive, 20);
  expect(clocks.longestIdle).toBe(told);
  told.disarm();
  clocks.keepAliveTold.arm(told, 30);
  expect(clocks.longestIdle).toBe(first);
});

test('the longest idle is so by when it fell silent, however long each is kept', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  clocks.retune({ ...DEFAULT_LIMITS, keepAliveMs: 60_000 }, 6_000);
  const silent = armed(clocks.keepAlive, 10);
  const told = armed(clocks.keepAliveTold, 20);
  expect(clocks.longestIdle).toBe(silent);
  clocks.keepAlive.arm(silent, 30);
  expect(clocks.longestIdle).toBe(told);
});

test('while memory is tight, a quarter of the time is all there is', () => {
  const clocks = new Clocks(DEFAULT_LIMITS);
  const { headMs } = DEFAULT_LIMITS;
  const expired: number[] = [];
  const owner = { expired: (_list: DeadlineList, now: number) => expired.push(now) };
  clocks.head.arm(new Deadline(owner), 0);
  clocks.head.arm(new Deadline(owner), headMs);
  clocks.expireIdle(headMs / 4 - 1);
  expect(expired).toEqual([]);
  clocks.expireIdle(headMs / 4);
  expect(expired).toEqual([headMs / 4]);
  expect(clocks.head.first?.dueMs).toBe(2 * headMs);
});

test.each(['keepAlive', 'keepAliveTold', 'head', 'body'] as const)(
  'while memory is tight, %s expires early, and whoever hears it is told by which list',
  (name) => {
    const clocks = new Clocks(DEFAULT_LIMITS);
    const expired: string[] = [];
    const owner = { expired: (list: DeadlineList) => expired.push(list.name) };
    const deadline = new Deadline(owner);
    clocks[name].arm(deadline, 0);
    clocks.writeStall.arm(new Deadline(owner), 0);
    clocks.expireIdle(clocks[name].durationMs / 4);
    expect([expired, deadline.armed]).toEqual([[name], false]);
  },
);

test('each clock that has a limit runs for as long as its limit says', () => {
  const limits = {
    ...DEFAULT_LIMITS,
    ...{ keepAliveMs: 1, headMs: 2, bodyIdleMs: 3, lingerMs: 4, lingerMsMax: 5, writeStallMs: 6 },
    ...{ peerEndedMs: 7, handlerMs: 8, handshakeMs: 9 },
  };
  const clocks = new Clocks(limits);
  const { keepAlive, head, body, linger, lingerMax, writeStall, halfClosed } = clocks;
  const lists = [keepAlive, head, body, linger, lingerMax, writeStall, halfClosed];
  expect(lists.map(({ durationMs }) => durationMs)).toEqual([1, 2, 3, 4, 5, 6, 6]);
  const { ended, handler, handshake } = clocks;
  expect([ended, handler, handshake].map(({ durationMs }) => durationMs)).toEqual([7, 8, 9]);

  clocks.retune({ ...limits, keepAliveMs: 10, headMs: 20, bodyIdleMs: 30, lingerMs: 40 }, 99);
  expect(lists.map(({ durationMs }) => durationMs)).toEqual([10, 20, 30, 4, 5, 6, 6]);
  expect(clocks.keepAliveTold.durationMs).toBe(99);
});

test('the next deadline of all clocks is known', () => {
  const lists = Object.values(new Clocks(DEFAULT_LIMITS)).filter(
    (one) => one instanceof DeadlineList,
  );
  for (const { name } of lists) {
    const clocks = new Clocks(DEFAULT_LIMITS);
    const list = Object.values(clocks).find(
      (one) => one instanceof DeadlineList && one.name === name,
    ) as DeadlineList;
    const { dueMs } = armed(list, 0);
    expect([name, clocks.deadlines.nextMs]).toEqual([
      name,
      // Its name tells who makes room, and nobody waits for it.
      name === 'room' ? Number.POSITIVE_INFINITY : dueMs,
    ]);
  }
});
