// A process that stalls, and what is learnt from the time of handlers: neither is held against those who wait.

import { describe, expect, test } from 'vitest';
import { TICK_MS } from '../../../src/limiter/budget.js';
import { LOOK_EVERY_MS } from '../../../src/limiter/slots.js';
import type { Outcome } from '../../../src/limiter/ticket.js';
import { STALL_MS_MIN } from '../../../src/limiter/waiting-line.js';
import { SimulatedLimiter, type TicketGiven } from './simulated-limiter.js';

describe('who waits', () => {
  test.each([
    [LOOK_EVERY_MS + STALL_MS_MIN, []],
    [LOOK_EVERY_MS + STALL_MS_MIN - 0.5, ['refuse b: waited']],
  ])('is not refused for a look that comes %d ms after what was told last: %j', (ms, log) => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'timed', waitMs: 30 } });
    world.offer('a');
    world.offer('b');
    world.takeLog();
    world.now += ms;
    world.expire();
    expect(world.takeLog()).toEqual(log);
  });

  test('is not refused for the time in which a handler computed', () => {
    const world = new SimulatedLimiter({ concurrency: 2, queue: { law: 'timed', waitMs: 50 } });
    const running = [world.offer('a'), world.offer('b')];
    world.offer('slow', { startsForMs: 300 });
    world.offer('next');
    for (const ticket of running) ticket.release();
    world.settle();
    expect(world.takeLog()).toEqual(['start a', 'start b', 'start slow', 'start next']);
  });
});

describe('a request with a deadline that is sooner than handlers usually end', () => {
  /** After many of 100 ms, one waits that has 50. */
  function waitingAfter(given: TicketGiven, outcome: Outcome): SimulatedLimiter {
    const world = new SimulatedLimiter({ concurrency: 1 });
    for (let i = 0; i < 200; i++) {
      const ticket = world.offer('before', given);
      world.now += 100;
      ticket.release(outcome);
      world.settle();
    }
    const running = world.offer('running');
    world.takeLog();
    world.offer('waits', { deadline: world.now + 50 });
    running.release();
    world.settle();
    return world;
  }

  test('is refused where they ended', () => {
    expect(waitingAfter({}, 'finished').takeLog()).toEqual(['refuse waits: deadline']);
  });

  test('is not where they were aborted: that tells nothing of their time', () => {
    expect(waitingAfter({}, 'aborted').takeLog()).toEqual(['start waits']);
  });

  test('is not where only probes took so long', () => {
    expect(waitingAfter({ priority: 'probe' }, 'finished').takeLog()).toEqual(['start waits']);
  });
});

test('of a kind that has stopped to finish, those who wait are refused when their turn comes, but for a trial', () => {
  const world = new SimulatedLimiter({ concurrency: { initial: 80, min: 80, max: 80 } });
  const stalling = { kind: 5 };
  for (let i = 0; i < 20; i++) {
    const ticket = world.offer('fine', stalling);
    world.settle();
    world.now += 5;
    ticket.release();
    world.settle();
  }
  for (let i = 0; i < 78; i++) world.offer('held', stalling);
  const others = [world.offer('other', { kind: 6 }), world.offer('other', { kind: 6 })];
  for (const name of ['trial', 'next']) world.offer(name, stalling);
  world.now += 600;
  world.expire();
  world.takeLog();
  for (const ticket of others) ticket.release();
  world.settle();
  expect(world.takeLog()).toEqual(['start trial', 'refuse next: stalled']);
});

test('a turn that comes within a callback does nothing, and is asked for again', () => {
  const world: SimulatedLimiter = new SimulatedLimiter({ concurrency: 1 });
  const first = world.offer('a');
  world.offer('b', {
    runsInlineMs: 0,
    onStart: () => {
      world.limiter.turn(world.now);
      expect(world.turnArmed).toBe(true);
    },
  });
  world.offer('c', { runsInlineMs: TICK_MS });
  first.release();
  world.turn();
  expect(world.takeLog()).toEqual(['start a', 'start b', 'start c']);
});
