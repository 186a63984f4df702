// What runs stands in one place, whatever it does within its start.

import { expect, test, vi } from 'vitest';
import { FixedLimit } from '../../../src/limiter/algorithms/fixed.js';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { Slots } from '../../../src/limiter/slots.js';
import { Tally } from '../../../src/limiter/tally.js';
import { ticketState } from '../../../src/limiter/ticket.js';
import { half, range } from './feed.js';
import { SimulatedLimiter, type TestTicket } from './simulated-limiter.js';

test('one that waited within its start, and came back, runs once and is looked at once', () => {
  const world = new SimulatedLimiter();
  const slots = new Slots(new GradientLimit(range, half), undefined);
  const [ticket, next] = [world.ticket('a'), world.ticket('b')];
  slots.take(ticket, ticketState.admitted, 0);
  slots.pause(ticket, false, 0);
  slots.resume(ticket, 0);
  slots.noteRunning(ticket);
  slots.take(next, ticketState.admitted, 0);
  slots.noteRunning(next);
  expect([ticket.ahead, ticket.behind]).toEqual([null, null]);
  expect(slots.inFlight).toBe(2);
  slots.look(new Tally(), 1000);
  expect([ticket.ahead, ticket.behind === next]).toEqual([null, true]);
});

test.each([
  [9999, true],
  [10_000, false],
])('with %i parked there is room for another: %s', (parked, hasRoom) => {
  const slots = new Slots(new GradientLimit(range, half), undefined);
  slots.parked = parked;
  expect(slots.hasRoomToPark).toBe(hasRoom);
});

test('a look parks no more than there is room for', () => {
  const world = new SimulatedLimiter();
  const slots = new Slots(new GradientLimit(range, half), undefined);
  for (const name of ['a', 'b', 'c']) {
    const ticket = world.ticket(name, { kind: 1 });
    slots.take(ticket, ticketState.admitted, 0);
    slots.noteRunning(ticket);
  }
  slots.parked = 9998;
  slots.look(new Tally(), 1000);
  expect([slots.inFlight, slots.parked]).toEqual([1, 10_000]);
});

/** As many of one kind, which started at `now`, and go on. */
function running(slots: Slots, count: number, now: number, kind = 1): TestTicket[] {
  const world = new SimulatedLimiter();
  return Array.from({ length: count }, () => {
    const ticket = world.ticket('a', { kind });
    slots.take(ticket, ticketState.admitted, now);
    slots.noteRunning(ticket);
    return ticket;
  });
}

test('the one that started last is found by a look, though another ends meanwhile', () => {
  const slots = new Slots(new GradientLimit(range, half), undefined);
  const [first] = running(slots, 1, 0, 2) as [TestTicket];
  running(slots, 1, 0);
  slots.leave(first, 'finished', 5, new Tally(), 5);
  slots.look(new Tally(), 1000);
  expect([slots.inFlight, slots.parked]).toEqual([0, 1]);
});

test('one that has come back after a wait is looked at again', () => {
  const slots = new Slots(new GradientLimit(range, half), undefined);
  const [ticket] = running(slots, 1, 0) as [TestTicket];
  slots.pause(ticket, false, 0);
  slots.look(new Tally(), 1000);
  expect([slots.inFlight, slots.parked, ticket.state]).toEqual([0, 1, ticketState.waiting]);
  slots.resume(ticket, 1000);
  slots.look(new Tally(), 1020);
  expect([slots.inFlight, slots.parked, ticket.state]).toEqual([0, 1, ticketState.parked]);
});

test('where the limit is given, one that waits and comes back is kept by nobody after its end', () => {
  const slots = new Slots(new FixedLimit(2), undefined);
  const [ticket] = running(slots, 1, 0) as [TestTicket];
  slots.pause(ticket, false, 0);
  slots.resume(ticket, 10);
  slots.leave(ticket, 'finished', 5, new Tally(), 15);
  expect([ticket.list, slots.inFlight, slots.parked]).toEqual([null, 0, 0]);
});

test('a limit that is given is not lowered, however busy the loop', () => {
  const slots = new Slots(new FixedLimit(20), () => 0);
  running(slots, 1, 0);
  for (const now of [0, 1000, 2000]) slots.look(new Tally(), now);
  expect([slots.limit.now, slots.inFlight, slots.parked]).toEqual([20, 1, 0]);
});

/** Slots that have learnt something, and in which nothing has run since `at`. */
function learnt(at: number): { slots: Slots; forgotten: () => boolean } {
  const algorithm = new GradientLimit(range, half);
  const forget = vi.spyOn(algorithm, 'forget');
  const slots = new Slots(algorithm, undefined);
  const [ticket] = running(slots, 1, at) as [TestTicket];
  slots.leave(ticket, 'finished', 1, new Tally(), at + 1);
  return { slots, forgotten: () => forget.mock.calls.length > 0 };
}

test.each([
  [4999, false],
  [5000, true],
])(
  'where nothing has started for %i ms, and nothing runs, what was learnt is forgotten: %s',
  (ms, isForgotten) => {
    const { slots, forgotten } = learnt(1000);
    slots.look(new Tally(), 1000 + ms);
    expect(forgotten()).toBe(isForgotten);
  },
);

test('while something runs that is no rest, and one that waits on purpose starts none', () => {
  const { slots, forgotten } = learnt(1000);
  const [ticket] = running(slots, 1, 1500, 2) as [TestTicket];
  const poll = new SimulatedLimiter().ticket('poll');
  slots.look(new Tally(), 1510);
  // Before it is parked.
  slots.look(new Tally(), 1600);
  expect(forgotten()).toBe(false);
  slots.leave(ticket, 'finished', 100, new Tally(), 1600);
  slots.take(poll, ticketState.parked, 3000);
  slots.look(new Tally(), 6499);
  expect(forgotten()).toBe(false);
  slots.look(new Tally(), 6519);
  expect(forgotten()).toBe(true);
});

test('before the first start there is nothing to forget', () => {
  const algorithm = new GradientLimit(range, half);
  const forget = vi.spyOn(algorithm, 'forget');
  new Slots(algorithm, undefined).look(new Tally(), 1e6);
  expect(forget).not.toHaveBeenCalled();
});

test('a rest is told once, and with what was offered by then', () => {
  const algorithm = new GradientLimit(range, half);
  const forget = vi.spyOn(algorithm, 'forget');
  const resting = new SimulatedLimiter({}, algorithm);
  resting.offer('a').release();
  resting.now += 5000;
  resting.offer('b').release();
  resting.now += 4999;
  resting.offer('c').release();
  expect(forget.mock.calls).toEqual([[1, 0]]);
});

test('between two looks nothing is looked at', () => {
  const slots = new Slots(new GradientLimit(range, half), undefined);
  const looks = [0, 19, 20].map((now) => {
    slots.look(new Tally(), now);
    return slots.lookAt;
  });
  expect(looks).toEqual([20, 20, 40]);
});

test('for the loop, those that are found have ended, after as long as they held a slot', () => {
  const slots = new Slots(new GradientLimit(range, half), () => 0);
  running(slots, 10, 500);
  slots.look(new Tally(), 500);
  slots.look(new Tally(), 1500);
  expect(slots.parked).toBe(10);
  // Ten in a second, and 1010 ms hold eleven.
  expect(slots.limit.now).toBe(11);
});

test('who asks for the limit gets what holds now, though nothing was asked since the loop was busy', () => {
  let idle = 0;
  const world = new SimulatedLimiter({}, undefined, { idleMs: () => idle });
  const { limiter } = world;
  const open = limiter.statsNow().limit;
  const sleep = (): void => {
    world.now += 5000;
    idle += 5000;
  };
  for (let i = 0; i < 40; i++) {
    const tickets = [world.offer('a'), world.offer('b'), world.offer('c')];
    world.pass(10);
    for (const ticket of tickets) ticket.release();
  }
  expect(limiter.statsNow().limit).toBeLessThan(open);
  // Within the start of a handler nothing moves.
  let within = 0;
  const onStart = (): void => {
    sleep();
    within = limiter.statsNow().limit;
  };
  world.offer('d', { onStart }).release();
  expect(within).toBeLessThan(open);
  expect(limiter.stats().limit).toBeLessThan(open);
  expect(limiter.statsNow().limit).toBe(open);
});

test('who waits is refused in time, though figures are asked for just as a look is due', () => {
  const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'timed', waitMs: 100 } });
  world.offer('first');
  const waiting = world.offer('second');
  const from = world.now;
  for (let due = from; due < from + 100; due = world.limiter.nextExpiry()) {
    // Who asks in the same turn comes before the timer.
    world.now = due;
    world.limiter.statsNow();
  }
  world.now = from + 100;
  world.expire();
  expect(waiting.reason).toBe('waited');
});
