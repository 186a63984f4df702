// What a server did before a rest, in which nothing runs, changes nothing of what it does behind it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedLimiter, type TestTicket } from '../../unit/limiter/simulated-limiter.js';

/** Requests at even distances to a backend that serves so many at once. Their clients wait for half a second. */
interface Load {
  readonly count: number;
  readonly amillisecond: number;
  readonly backend: { readonly servers: number; readonly ms: number };
}

const STEP_MS = 0.5;
const PATIENCE_MS = 500;
/** How long the limit takes to forget. */
const REST_MS = 5000;

/** Gives what became of each, and when, until none waits or runs. */
function ask(world: SimulatedLimiter, { count, amillisecond, backend }: Load): string[] {
  const { servers, ms } = backend;
  const from = world.now;
  const said: string[] = [];
  const freeAt = new Array<number>(servers).fill(from);
  const ends: { ticket: TestTicket; at: number }[] = [];
  const waiting = new Set<TestTicket>();
  const say = (ticket: TestTicket, what: string): void => {
    said.push(`${ticket.name} ${what} at ${world.now - from}`);
    waiting.delete(ticket);
  };
  let asked = 0;
  for (let step = 0; asked < count || ends.length > 0 || waiting.size > 0; step++) {
    if (step > 100_000) throw new Error('it does not end');
    world.now = Math.max(world.now, from + step * STEP_MS);
    for (; asked < count && asked < amillisecond * STEP_MS * (step + 1); asked++) {
      const ticket = world.ticket(`${asked}`, {
        onStart: (started) => {
          say(started, 'starts');
          freeAt.sort((a, b) => a - b);
          freeAt[0] = Math.max(freeAt[0]!, world.now) + ms;
          ends.push({ ticket: started, at: freeAt[0] });
        },
        onEnd: (refused) => say(refused, `${refused.reason}`),
      });
      waiting.add(ticket);
      world.limiter.offer(ticket, world.now);
    }
    // They end in the order in which they started.
    for (; ends.length > 0 && ends[0]!.at <= world.now; ends.shift()) ends[0]!.ticket.release();
    for (const ticket of waiting) {
      if (world.now - ticket.offeredAt < PATIENCE_MS) break;
      world.limiter.withdraw(ticket);
      say(ticket, 'leaves');
    }
    world.pass(from + (step + 1) * STEP_MS - world.now);
  }
  return said;
}

const load = fc.record({
  count: fc.integer({ min: 1, max: 2000 }),
  amillisecond: fc.constantFrom(0.1, 0.5, 2, 10),
  backend: fc.constantFrom(
    { servers: 1, ms: 2 },
    { servers: 20, ms: 10 },
    { servers: 20, ms: 100 },
  ),
});

/** One that runs alone: its wait looks like computing. */
const alone: Load = { count: 1, amillisecond: 0.1, backend: { servers: 20, ms: 100 } };

// Law: behind a rest of any length all is as if nothing had been before it.
test('a rest leaves nothing of what was before it', () => {
  fc.assert(
    fc.property(
      fc.array(load, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: REST_MS, max: 36_000_000 }),
      load,
      (before, restMs, after) => {
        const world = new SimulatedLimiter();
        for (const each of before) ask(world, each);
        world.now = Math.ceil(world.now) + restMs;
        const fresh = new SimulatedLimiter();
        fresh.now = world.now;
        expect(ask(world, after)).toEqual(ask(fresh, after));
      },
    ),
    { numRuns: 60, examples: [[[alone], REST_MS, { ...alone, count: 1046, amillisecond: 10 }]] },
  );
});
