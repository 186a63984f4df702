// Requests of a kind that waits on purpose: where they stand in the order of all, and what bounds them.

import { describe, expect, test } from 'vitest';
import { TICK_MS } from '../../../src/limiter/budget.js';
import { PARKED_MAX } from '../../../src/limiter/parking.js';
import { SimulatedLimiter, type TicketGiven } from './simulated-limiter.js';

const adaptive = { concurrency: { initial: 2, min: 2, max: 2 } } as const;
const polls = { kind: 1 };
const short = { kind: 2 };

/** Three of them are parked already, so their kind is known. */
function known(): SimulatedLimiter {
  const world = new SimulatedLimiter(adaptive);
  for (let i = 0; i < 3; i++) {
    world.offer('poll', polls);
    for (let ms = 0; ms < 150; ms += 5) {
      const ticket = world.offer('short', short);
      world.settle();
      world.now += 5;
      ticket.release();
      world.settle();
    }
  }
  expect(world.limiter.stats().parked).toBe(3);
  world.takeLog();
  return world;
}

/** Two run, four wait, and it is time to find that all of them wait on purpose. */
function waiting(given: (name: string) => TicketGiven = () => ({})): SimulatedLimiter {
  const world = new SimulatedLimiter(adaptive);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
    world.offer(name, { ...polls, ...given(name) });
  world.takeLog();
  world.now += 501;
  world.expire();
  expect(world.takeLog()).toEqual([]);
  return world;
}

test('kinds are learnt where the limit is', () => {
  const worlds = [new SimulatedLimiter(adaptive), new SimulatedLimiter({ concurrency: 2 })];
  expect(worlds.map(({ limiter }) => limiter.learns)).toEqual([true, false]);
});

describe('one that comes', () => {
  test('starts at once, though others wait for a slot', () => {
    const world = known();
    for (const name of ['a', 'b', 'c']) world.offer(name, short);
    world.offer('next poll', polls);
    expect(world.takeLog()).toEqual(['start a', 'start b', 'start next poll']);
  });

  test('starts without a slot, though one of its kind was refused for want of memory before', () => {
    const world = known();
    world.limiter.setMemoryShort(true);
    world.offer('refused', polls);
    world.limiter.setMemoryShort(false);
    world.offer('poll', polls);
    expect(world.takeLog()).toEqual(['refuse refused: memory', 'start poll']);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 4 });
  });

  test('after its deadline is refused, as any other', () => {
    const world = known();
    world.offer('late', { ...polls, deadline: world.now });
    world.offer('in time', { ...polls, deadline: world.now + 0.1 });
    expect(world.takeLog()).toEqual(['refuse late: deadline', 'start in time']);
  });

  test('is refused where so many wait already as a server has connections, and others are not', () => {
    const world = known();
    for (let i = 3; i < PARKED_MAX; i++) world.offer('poll', polls);
    expect(world.limiter.stats().parked).toBe(PARKED_MAX);
    world.takeLog();
    world.offer('one too many', polls);
    world.offer('short', short);
    expect(world.takeLog()).toEqual(['refuse one too many: parkedFull', 'start short']);
  });
});

describe('those that wait when their kind is found to be long', () => {
  test('start within the budget of a turn, the rest in later turns', () => {
    const world = waiting((name) => (name < 'c' ? {} : { startsForMs: TICK_MS / 2 }));
    world.turn();
    expect(world.takeLog()).toEqual(['start c', 'start d']);
    world.settle();
    expect(world.takeLog()).toEqual(['start e', 'start f']);
  });

  test('start as far as there is room for those that wait on purpose, and the rest when one of them ends', () => {
    const world = new SimulatedLimiter(adaptive);
    for (let i = 0; i < PARKED_MAX - 3; i++)
      world.limiter.pause(world.offer('waits', short), false, world.now);
    const [first] = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => world.offer(name, polls));
    world.takeLog();
    world.now += 501;
    world.expire();
    world.settle();
    // One without a slot; two in those that came free.
    expect(world.takeLog()).toEqual(['start c', 'start d', 'start e']);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, parked: PARKED_MAX, queued: 2 });
    first?.release();
    world.settle();
    expect(world.takeLog()).toEqual(['start f']);
  });

  test('do not start where an earlier one takes them back', () => {
    const world: SimulatedLimiter = waiting((name) => ({
      onStart: () => {
        if (name === 'c') world.limiter.withdraw(queued);
      },
    }));
    const queued = world.offer('g', polls);
    world.offer('h', polls);
    world.settle();
    expect(world.takeLog()).toEqual(['start c', 'start d', 'start e', 'start f', 'start h']);
    expect(queued.fate).toBe('none');
  });
});
