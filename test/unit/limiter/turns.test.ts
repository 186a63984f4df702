import { describe, expect, test } from 'vitest';
import { intakeMs, quietTurnsMax, tickMs } from '../../../src/limiter/budget.js';
import { World } from './world.js';

describe('the budget of a turn', () => {
  test('is spent by handlers that run inline: then requests wait for the next turn', () => {
    const world = new World();
    world.offer('a', { runsInlineMs: tickMs - 1 });
    world.offer('b', { runsInlineMs: 1 });
    world.offer('c', { runsInlineMs: 1 });
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    expect(world.limiter.stats().queued).toBe(1);
    expect(world.turnArmed).toBe(true);
    world.settle();
    expect(world.takeLog()).toEqual(['start c']);
  });

  test('is spent by the synchronous part of a handler that goes on', () => {
    const world = new World();
    world.offer('a', { startsForMs: tickMs });
    expect(world.offer('b').fate).toBe('none');
  });

  test('is not spent by time in which no handler ran', () => {
    const world = new World();
    world.offer('a', { runsInlineMs: tickMs - 1 });
    world.now += 100;
    expect(world.offer('b').fate).toBe('started');
  });

  test('begins anew with a turn, which is asked for once a tenth of it is spent', () => {
    const world = new World();
    world.offer('a', { runsInlineMs: tickMs / 10 - 0.01 });
    expect(world.turnArmed).toBe(false);
    world.offer('b', { runsInlineMs: tickMs - 1 });
    expect(world.turnArmed).toBe(true);
    world.turn();
    expect(world.turnArmed).toBe(false);
    world.offer('c', { runsInlineMs: tickMs - 1 });
    expect(world.offer('d').fate).toBe('started');
  });

  test('bounds what a turn serves from the queue; the rest has a turn to come', () => {
    const world = new World({ concurrency: 1 });
    const first = world.offer('first');
    for (const name of ['a', 'b', 'c']) world.offer(name, { runsInlineMs: tickMs / 2 });
    first.release();
    world.turn();
    expect(world.takeLog()).toEqual(['start first', 'start a', 'start b']);
    expect(world.turnArmed).toBe(true);
  });
});

describe('the intake before a backlog', () => {
  /** Budget spent, one request waiting, and its turn asked for. */
  function backlog(): World {
    const world = new World();
    world.offer('a', { runsInlineMs: tickMs });
    world.offer('b', { runsInlineMs: 0 });
    world.takeLog();
    return world;
  }

  test(`lasts while each turn brings something, for ${intakeMs} ms at most`, () => {
    const world = backlog();
    const begin = world.now;
    for (let i = 0; world.turn() && world.log.length === 0; i++) {
      expect(world.now - begin).toBeLessThan(intakeMs);
      world.offer(`more ${i}`, { runsInlineMs: 0 });
      world.now += 1;
    }
    expect(world.now - begin).toBe(intakeMs);
    expect(world.takeLog()).toEqual(['start b', ...[0, 1, 2, 3, 4].map((i) => `start more ${i}`)]);
  });

  test(`ends after ${quietTurnsMax} turns that brought nothing`, () => {
    const world = backlog();
    // The first comes right after what is waiting.
    for (let turns = 0; turns < quietTurnsMax; turns++) {
      world.turn();
      expect(world.takeLog()).toEqual([]);
    }
    world.turn();
    expect(world.takeLog()).toEqual(['start b']);
  });

  test('is left out where slots are short, not the event loop', () => {
    const world = new World({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    a.release();
    world.turn();
    expect(world.takeLog()).toEqual(['start a', 'start b']);
  });
});
