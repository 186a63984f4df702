// What runs stands in one place, whatever it does within its start.

import { expect, test } from 'vitest';
import { GradientLimit } from '../../../src/limiter/algorithms/gradient.js';
import { Slots } from '../../../src/limiter/slots.js';
import { ticketState } from '../../../src/limiter/ticket.js';
import { half, range } from './feed.js';
import { SimulatedLimiter } from './simulated-limiter.js';

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
  slots.look(1000);
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
  slots.look(1000);
  expect([slots.inFlight, slots.parked]).toEqual([1, 10_000]);
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
