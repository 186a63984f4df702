// The process stalls (a busy machine, a debugger, a handler that computes) while requests wait that could
// have been served: that is nobody's wait.

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
    world.now = late.offeredAt + 99.5;
    world.expire();
    expect(late.fate).toBe('none');
    world.now += 0.5;
    world.expire();
    expect(late.reason).toBe('waited');
  });

  test('a wait for a slot is none', () => {
    const world = new SimulatedLimiter({ ...timed, concurrency: 1 });
    world.offer('runs');
    const ticket = world.offer('waits');
    expect(world.turnArmed).toBe(false);
    world.now += 100;
    world.expire();
    expect(ticket.reason).toBe('waited');
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
