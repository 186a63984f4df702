// Never stuck: while anything at all finishes, the queue moves, whoever holds the slots and for however long.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketState } from '../../../src/limiter/ticket.js';
import { Usual } from '../../../src/limiter/usual.js';
import { SimulatedLimiter, type TestTicket } from '../../unit/limiter/simulated-limiter.js';

const stepMs = 10;
/** Within so long something starts. */
const movesWithinMs = 1500;
/** Where handlers take long: one that holds a slot is left alone for so many times what they usually take. */
const usualTimes = 10;
/** The next finish and the next look come within as long. */
const seenWithinMs = 200;
/**
 * A handler that ends in its slot has taken no longer. One that took half a second moves the queue by itself, and from then
 * on others may hold their slots for ten times as long, as handlers of that kind do.
 */
const inSlotMsMax = 100;

/** What handlers take that ended in their slots, as the limiter notes it: of all, and of each kind. */
class UsualTimes {
  msMax = 0;
  readonly #all: Usual = new Usual();
  readonly #kinds: readonly Usual[] = Array.from({ length: 4 }, () => new Usual());

  note(ticket: TestTicket, now: number): void {
    for (const usual of [this.#all, this.#kinds[ticket.kindHash()]]) {
      usual?.note(now - ticket.admittedAt);
      this.msMax = Math.max(this.msMax, usual?.ms ?? 0);
    }
  }
}

const holder = fc.record({
  kind: fc.integer({ min: 0, max: 3 }),
  /** Of its kind one has finished before. */
  isKnown: fc.boolean(),
  /** Waits for something, as it says, and forever. */
  waits: fc.boolean(),
});

test.each([
  ['as soon as ever', inSlotMsMax],
  ['within ten times what handlers usually take', Number.POSITIVE_INFINITY],
])('a queue moves while anything finishes: %s', (_, endsWithinMs) => {
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
        const usual = new UsualTimes();
        const finish = (ticket: TestTicket | undefined): void => {
          if (ticket?.state === ticketState.admitted) usual.note(ticket, world.now);
          ticket?.release();
        };
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
          finish(ticket);
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
            const leftAloneMs = usualTimes * usual.msMax + seenWithinMs;
            expect(world.now - movedAt).toBeLessThan(Math.max(movesWithinMs, leftAloneMs));
            world.now += stepMs;
          }
          const there = running.filter(
            ({ state, admittedAt }) =>
              state > ticketState.admitted ||
              (state === ticketState.admitted && world.now - admittedAt <= endsWithinMs),
          );
          if (there.length === 0) movedAt = world.now;
          finish(there[which % there.length]);
        }
      },
    ),
    { numRuns: 100 },
  );
});
