import { describe, expect, test } from 'vitest';
import { INTAKE_MS, QUIET_TURNS_MAX, TICK_MS } from '../../../src/limiter/budget.js';
import { SimulatedLimiter } from './simulated-limiter.js';

describe('the budget of a turn', () => {
  test('is spent by handlers that run inline: then requests wait for the next turn', () => {
    const world = new SimulatedLimiter();
    world.offer('a', { runsInlineMs: TICK_MS - 1 });
    world.offer('b', { runsInlineMs: 1 });
    world.offer('c', { runsInlineMs: 1 });
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    expect(world.limiter.stats().queued).toBe(1);
    expect(world.turnArmed).toBe(true);
    world.settle();
    expect(world.takeLog()).toEqual(['start c']);
  });

  test('is spent by the synchronous part of a handler that goes on', () => {
    const world = new SimulatedLimiter();
    world.offer('a', { startsForMs: TICK_MS });
    expect(world.offer('b').fate).toBe('none');
  });

  test('is not spent by time in which no handler ran', () => {
    const world = new SimulatedLimiter();
    world.offer('a', { runsInlineMs: TICK_MS - 1 });
    world.now += 100;
    expect(world.offer('b').fate).toBe('started');
  });

  test('begins anew with a turn, which is asked for once a tenth of it is spent', () => {
    const world = new SimulatedLimiter();
    world.offer('a', { runsInlineMs: TICK_MS / 10 - 0.01 });
    expect(world.turnArmed).toBe(false);
    world.offer('b', { runsInlineMs: TICK_MS - 1 });
    expect(world.turnArmed).toBe(true);
    world.turn();
    expect(world.turnArmed).toBe(false);
    world.offer('c', { runsInlineMs: TICK_MS - 1 });
    expect(world.offer('d').fate).toBe('started');
  });

  test('bounds what a turn serves from the queue; the rest has a turn to come', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const first = world.offer('first');
    for (const name of ['a', 'b', 'c']) world.offer(name, { runsInlineMs: TICK_MS / 2 });
    first.release();
    world.turn();
    expect(world.takeLog()).toEqual(['start first', 'start a', 'start b']);
    expect(world.turnArmed).toBe(true);
  });
});

describe('what counts as handler time', () => {
  test('a request that waits for a turn, with slots free, was not blocked', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    world.offer('a', { runsInlineMs: TICK_MS });
    world.offer('b');
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, queued: 1, blocked: 0 });
    world.offer('c');
    world.offer('d');
    // Two ahead would fill the slots.
    expect(world.limiter.stats()).toMatchObject({ queued: 3, blocked: 1 });
  });

  test('all that passes between start and end, where nothing else happened meanwhile', () => {
    const world = new SimulatedLimiter();
    const a = world.offer('a');
    world.now += TICK_MS;
    a.release();
    expect(world.offer('b').fate).toBe('none');
  });

  test('nothing of it where another was offered, or a turn came', () => {
    const world = new SimulatedLimiter();
    const a = world.offer('a');
    const b = world.offer('b');
    world.now += TICK_MS;
    b.release();
    a.release();
    // The end of b was the last that started; what is left is a's.
    expect(world.limiter.stats().inFlight).toBe(0);
    world.settle();

    const other = new SimulatedLimiter();
    const c = other.offer('c');
    other.limiter.turn(other.now);
    other.now += TICK_MS;
    c.release();
    expect(other.offer('d').fate).toBe('started');

    const third = new SimulatedLimiter();
    const e = third.offer('e');
    third.offer('p', { priority: 'probe', deadline: third.now });
    third.now += TICK_MS;
    e.release();
    expect(third.offer('f').fate).toBe('started');
  });

  test('what a refusal costs in a turn', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 50 } });
    const first = world.offer('first');
    for (const name of ['a', 'b', 'c']) {
      world.offer(name, {
        onEnd: () => {
          world.now += TICK_MS / 2;
        },
      });
    }
    world.pass(40);
    world.now += 10;
    first.release();
    world.turn();
    expect(world.takeLog()).toEqual(['start first', 'refuse a: waited', 'refuse b: waited']);
    expect(world.turnArmed).toBe(true);
  });

  test('handlers that compute after an await start one a turn', () => {
    const world = new SimulatedLimiter({ concurrency: 10 });
    for (let i = 0; i < 5; i++) {
      const ticket = world.offer('async');
      world.now += 2;
      ticket.release();
      world.settle();
    }
    // They are known for it now. Fill the queue behind a spent budget.
    world.offer('long', { runsInlineMs: TICK_MS });
    world.offer('a');
    world.offer('b');
    world.takeLog();
    while (world.log.length === 0) world.turn();
    expect(world.takeLog()).toEqual(['start a']);
    expect(world.turnArmed).toBe(true);
    world.turn();
    expect(world.takeLog()).toEqual(['start b']);
  });
});

describe('the intake before a backlog', () => {
  /** Budget spent, one request waiting, and its turn asked for. */
  function backlog(): SimulatedLimiter {
    const world = new SimulatedLimiter();
    world.offer('a', { runsInlineMs: TICK_MS });
    world.offer('b', { runsInlineMs: 0 });
    world.takeLog();
    return world;
  }

  test(`lasts while each turn brings something, for ${INTAKE_MS} ms at most`, () => {
    const world = backlog();
    const begin = world.now;
    for (let i = 0; world.turn() && world.log.length === 0; i++) {
      expect(world.now - begin).toBeLessThan(INTAKE_MS);
      world.offer(`more ${i}`, { runsInlineMs: 0 });
      world.now += 1;
    }
    expect(world.now - begin).toBe(INTAKE_MS);
    expect(world.takeLog()).toEqual(['start b', ...[0, 1, 2, 3, 4].map((i) => `start more ${i}`)]);
  });

  test(`ends after ${QUIET_TURNS_MAX} turns that brought nothing`, () => {
    const world = backlog();
    // The first comes right after what is waiting.
    for (let turns = 0; turns < QUIET_TURNS_MAX; turns++) {
      world.turn();
      expect(world.takeLog()).toEqual([]);
    }
    world.turn();
    expect(world.takeLog()).toEqual(['start b']);
  });

  test('is left out where slots are short, not the event loop', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    a.release();
    world.turn();
    expect(world.takeLog()).toEqual(['start a', 'start b']);
  });
});
