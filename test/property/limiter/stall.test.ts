// The process stalls (a busy machine, a debugger, a handler that computes) while requests wait: that is
// nobody's wait.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LimiterOptions } from '../../../src/limiter/options.js';
import type { Priority } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter, type TestTicket } from '../../unit/limiter/simulated-limiter.js';

const laws: readonly LimiterOptions[] = [
  {},
  { concurrency: 64 },
  { concurrency: 'adaptive' },
  { concurrency: 64, queue: { waitMs: 40 } },
  { concurrency: 64, queue: { law: 'sojourn' } },
  { concurrency: 64, queue: { targetMs: 40, waitMsMax: 40 } },
];

/** What is heard of first after the stall. */
const FIRST = ['expire', 'turn', 'offer', 'release'] as const;

// Law: with slots for all, one stall of any length, whatever comes first after it, refuses nobody.
test('a stall refuses nobody for whom there is a slot', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...laws),
      fc.array(fc.constantFrom<Priority>('default', 'default', 'critical', 'sheddable'), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.double({ min: 0, max: 100_000, noNaN: true }),
      fc.constantFrom(...FIRST),
      // It may be a handler that stalls the process, and computes no longer than the first of the queue.
      fc.boolean(),
      (options, waiting, stallMs, first, byHandler) => {
        const world = new SimulatedLimiter(options);
        const runs = world.offer('runs');
        // The budget of the turn is used up: who comes now waits.
        world.offer('computes', { runsInlineMs: 6 });
        const tickets: TestTicket[] = [];
        if (byHandler) tickets.push(world.offer('stalls', { runsInlineMs: stallMs }));
        for (const priority of waiting) {
          tickets.push(world.offer('waits', { priority, runsInlineMs: 0.1 }));
        }
        expect(world.limiter.stats().queued).toBe(tickets.length);
        if (!byHandler) world.now += stallMs;
        if (first === 'expire') world.expire();
        else if (first === 'release') runs.release();
        else if (first === 'offer') tickets.push(world.offer('comes', { runsInlineMs: 0 }));
        for (let turns = 0; world.turn(); turns++) {
          if (turns > 1000) throw new Error('turns without end');
          world.now += 0.1;
          world.expire();
        }
        expect(tickets.map(({ reason }) => reason)).toEqual(tickets.map(() => undefined));
        expect(tickets.map(({ fate }) => fate)).toEqual(tickets.map(() => 'started'));
      },
    ),
    { numRuns: 500 },
  );
});

/** What is heard of first after a stall in which every slot was taken. */
const FIRST_OF_FULL = ['expire', 'offer', 'release', 'pause', 'setLimit'] as const;

// Law: where every slot is taken, too, one stall refuses nobody: what would have freed a slot meanwhile was
// not heard. Each keeps the patience that was left.
test('a stall refuses nobody who waits for a slot', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...laws),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 15, noNaN: true }),
      fc.double({ min: 45, max: 100_000, noNaN: true }),
      fc.constantFrom(...FIRST_OF_FULL),
      (options, count, beforeMs, stallMs, first) => {
        const world = new SimulatedLimiter({ ...options, concurrency: 1 });
        const runs = world.offer('runs');
        const tickets = Array.from({ length: count }, () => world.offer('waits'));
        world.pass(beforeMs);
        world.now += stallMs;
        if (first === 'offer') tickets.push(world.offer('comes'));
        else if (first === 'release') runs.release();
        else if (first === 'pause') world.limiter.pause(runs, false, world.now);
        else if (first === 'setLimit') world.limiter.setLimit(2);
        world.expire();
        expect(tickets.map(({ reason }) => reason)).toEqual(tickets.map(() => undefined));
        runs.release();
        while (world.turn()) {
          for (const ticket of tickets) if (ticket.fate === 'started') ticket.release();
        }
        expect(tickets.map(({ fate }) => fate)).toEqual(tickets.map(() => 'started'));
      },
    ),
    { numRuns: 500 },
  );
});

/** What arms a turn that nobody is served in: the slot is taken back at once. */
const ARMS: readonly ((world: SimulatedLimiter, runs: TestTicket) => void)[] = [
  ({ limiter, now }, runs) => {
    limiter.pause(runs, false, now);
    limiter.resume(runs, now);
  },
  ({ limiter }) => {
    limiter.setLimit(2);
    limiter.setLimit(1);
  },
  (world, runs) => {
    runs.release();
    world.limiter.setLimit(1);
  },
];

// Law: a turn that comes at once is no stall, whatever armed it, and however long nothing was told before.
test('what arms a turn after a quiet time makes no stall of that time', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ARMS),
      fc.double({ min: 0, max: 99, noNaN: true }),
      fc.constantFrom('expire', 'turn', 'offer'),
      (arm, quietMs, first) => {
        const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
        const runs = world.offer('runs');
        const one = world.offer('waits');
        const other = world.offer('waits, too');
        world.pass(quietMs);
        arm(world, runs);
        expect(world.turnArmed).toBe(true);
        if (first === 'expire') world.expire();
        if (first === 'offer') world.offer('comes');
        world.turn();
        const waiting = one.fate === 'started' ? other : one;
        expect(waiting.fate).toBe('none');
        world.pass(one.offeredAt + 99.9 - world.now);
        expect(waiting.fate).toBe('none');
        world.pass(0.1);
        expect(waiting.reason).toBe('waited');
      },
    ),
    { numRuns: 300 },
  );
});

describe('a stall takes no patience from the queue beyond it', () => {
  const timed = { concurrency: 64, queue: { waitMs: 100 } } as const;

  /** A request that waits because the budget is used up. */
  function waiting(): { world: SimulatedLimiter; ticket: TestTicket } {
    const world = new SimulatedLimiter(timed);
    world.offer('computes', { runsInlineMs: 6 });
    return { world, ticket: world.offer('waits') };
  }

  test('who comes after it has the patience that there is', () => {
    const { world } = waiting();
    world.now += 5000;
    const late = world.offer('late');
    world.now += 1;
    world.expire();
    world.limiter.setLimit(1);
    while (late.fate === 'none' && world.turnArmed) {
      world.turn();
      world.now += 1;
    }
    expect(late.fate).toBe('none');
    world.pass(late.offeredAt + 99.5 - world.now);
    expect(late.fate).toBe('none');
    world.pass(0.5);
    expect(late.reason).toBe('waited');
  });

  test('a wait for a slot is none', () => {
    const world = new SimulatedLimiter({ ...timed, concurrency: 1 });
    world.offer('runs');
    const ticket = world.offer('waits');
    expect(world.turnArmed).toBe(false);
    world.pass(99);
    expect(ticket.fate).toBe('none');
    world.pass(1);
    expect(ticket.reason).toBe('waited');
  });

  test('who waits for a slot keeps the patience that was left', () => {
    const world = new SimulatedLimiter({ ...timed, concurrency: 1 });
    world.offer('runs');
    const ticket = world.offer('waits');
    world.pass(20);
    world.now += 7000;
    world.expire();
    expect(world.limiter.nextExpiry()).toBe(world.now + 20);
    world.pass(79);
    expect(ticket.fate).toBe('none');
    world.pass(1);
    expect(ticket.reason).toBe('waited');
  });

  test('who comes between two stalls is forgiven the second, though it is the shorter', () => {
    const world = new SimulatedLimiter({ ...timed, concurrency: 1 });
    world.offer('runs');
    const one = world.offer('waits');
    world.now += 7000;
    world.expire();
    const late = world.offer('comes');
    world.now += 6000;
    world.expire();
    expect(late.fate).toBe('none');
    expect(one.reason).toBe('waited');
    world.pass(99);
    expect(late.fate).toBe('none');
    world.pass(1);
    expect(late.reason).toBe('waited');
  });

  test('who waits through stall after stall is forgiven the longest alone', () => {
    const { world, ticket } = waiting();
    for (const ms of [70, 90]) {
      world.now += ms;
      world.expire();
      expect(ticket.fate).toBe('none');
    }
    // 100 ms of patience, and 90 of the stall.
    expect(world.limiter.nextExpiry()).toBe(ticket.offeredAt + 190);
    world.now += 60;
    world.expire();
    expect(ticket.reason).toBe('waited');
  });
});
