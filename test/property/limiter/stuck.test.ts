// Never stuck: while anything at all finishes, the queue moves, whoever holds the slots and for however long.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketState } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter, type TestTicket } from '../../unit/limiter/simulated-limiter.js';

const stepMs = 10;
/** Within so long something starts. */
const movesWithinMs = 1500;
/**
 * A handler that ends in its slot has taken no longer. One that took half a second moves the queue by itself, and from then
 * on others may hold their slots for ten times as long, as handlers of that kind do.
 */
const inSlotMsMax = 100;

const holder = fc.record({
  kind: fc.integer({ min: 0, max: 3 }),
  /** Of its kind one has finished before. */
  isKnown: fc.boolean(),
  /** Waits for something, as it says, and forever. */
  waits: fc.boolean(),
});

test('a queue moves while anything finishes', () => {
  fc.assert(
    fc.property(
      fc.array(holder, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      // Which of those that run finishes, each tenth of a second.
      fc.array(fc.nat({ max: 1000 }), { minLength: 60, maxLength: 60 }),
      fc.integer({ min: 0, max: 3 }),
      (holders, slots, finishes, kind) => {
        const world = new SimulatedLimiter({ concurrency: { initial: slots, min: 1, max: slots } });
        const running: TestTicket[] = [];
        const offer = (name: string, given: { kind: number }): TestTicket => {
          const ticket = world.offer(name, given);
          running.push(ticket);
          return ticket;
        };
        for (const { kind: of, isKnown } of holders) {
          if (!isKnown) continue;
          const ticket = world.offer('known', { kind: of });
          world.settle();
          world.now += 5;
          ticket.release();
          world.settle();
        }
        for (const { kind: of, waits } of holders) {
          const ticket = offer('holds', { kind: of });
          world.settle();
          if (waits) world.limiter.pause(ticket, false, world.now);
          world.settle();
          world.now += stepMs;
        }
        let movedAt = world.now;
        let admitted = world.limiter.stats().admitted;
        for (const which of finishes) {
          for (let ms = 0; ms < 100; ms += stepMs) {
            if (world.limiter.stats().queued < 5) offer('asks', { kind });
            if (world.limiter.nextExpiry() <= world.now) world.expire();
            world.settle();
            const stats = world.limiter.stats();
            if (stats.admitted > admitted || stats.queued === 0) movedAt = world.now;
            admitted = stats.admitted;
            expect(world.now - movedAt).toBeLessThan(movesWithinMs);
            world.now += stepMs;
          }
          const there = running.filter(
            ({ state, admittedAt }) =>
              state > ticketState.admitted ||
              (state === ticketState.admitted && world.now - admittedAt <= inSlotMsMax),
          );
          if (there.length === 0) movedAt = world.now;
          there[which % there.length]?.release();
        }
      },
    ),
    { numRuns: 100 },
  );
});
