import { describe, expect, test } from 'vitest';
import { PROBES_MAX } from '../../../src/limiter/slots.js';
import { GONE_AFTER_MS } from '../../../src/limiter/waiting-line.js';
import { SimulatedLimiter } from './simulated-limiter.js';

describe('the limit', () => {
  test('starts as many at once as it allows, and lets the next wait', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    for (const name of ['a', 'b', 'c']) world.offer(name);
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    expect(world.limiter.stats()).toMatchObject({ limit: 2, inFlight: 2, queued: 1, blocked: 1 });
  });

  test('fills a slot that comes free in the next turn', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    expect(world.turnArmed).toBe(false);
    expect(a.release()).toBe(true);
    expect(world.turnArmed).toBe(true);
    world.turn();
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    expect(world.turnArmed).toBe(false);
  });

  test('a token is given back once', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    const a = world.offer('a');
    world.offer('b');
    expect(a.release('aborted')).toBe(true);
    expect(a.release()).toBe(false);
    expect(world.limiter.stats()).toMatchObject({
      inFlight: 1,
      released: { finished: 0, aborted: 1 },
    });
  });

  test('a limit that rises serves those who wait; one that falls ends nothing', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    world.offer('c');
    world.limiter.setLimit(2);
    world.settle();
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    world.limiter.setLimit(1);
    a.release();
    world.settle();
    expect(world.limiter.stats()).toMatchObject({ limit: 1, inFlight: 1, queued: 1 });
  });

  test('a ticket is offered again only when it is idle', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    expect(() => world.limiter.offer(a, world.now)).toThrow('offered again');
    a.release();
    world.limiter.offer(a, world.now);
    expect(world.takeLog()).toEqual(['start a', 'start a']);
  });
});

describe('from within a callback', () => {
  test('what is offered is decided before the outer call returns, on a flat stack', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    let left = 20_000;
    const next = (): void => {
      if (left-- > 0) world.offer('next', { runsInlineMs: 0, onEnd: next });
    };
    next();
    expect(world.limiter.stats()).toMatchObject({ offered: 20_000, admitted: 20_000, queued: 0 });
  });

  test('refusals do not nest either', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { entriesMax: 1 } });
    world.offer('running');
    world.offer('waiting');
    let left = 20_000;
    const next = (): void => {
      if (left-- > 0) world.offer('next', { onEnd: next });
    };
    next();
    expect(world.limiter.stats()).toMatchObject({ refusedBy: { queueFull: 20_000 }, queued: 1 });
  });

  test('a callback that throws leaves nothing undecided and nothing stuck', () => {
    const world = new SimulatedLimiter({ concurrency: 4 });
    const onStart = (): void => {
      world.offer('within');
      throw new Error('from a callback');
    };
    expect(() => world.offer('a', { onStart })).toThrow('from a callback');
    expect(world.turnArmed).toBe(true);
    world.settle();
    expect(world.takeLog()).toEqual(['start a', 'start within']);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, queued: 0 });
  });

  test('who was left undecided by a callback that threw comes before who is offered next', () => {
    const world = new SimulatedLimiter({ concurrency: 4 });
    const onStart = (): void => {
      world.offer('within');
      throw new Error('from a callback');
    };
    expect(() => world.offer('a', { onStart })).toThrow('from a callback');
    world.offer('later');
    expect(world.takeLog()).toEqual(['start a', 'start within', 'start later']);
  });

  test('what was offered can be withdrawn before it is decided', () => {
    const world = new SimulatedLimiter({ concurrency: 4 });
    world.offer('a', {
      onStart: () => {
        const b = world.offer('b');
        expect(world.limiter.withdraw(b)).toBe(true);
      },
    });
    expect(world.takeLog()).toEqual(['start a']);
    expect(world.limiter.stats()).toMatchObject({ offered: 2, admitted: 1, gone: 1 });
  });
});

describe('those who leave', () => {
  test(`are dropped when their turn comes, after ${GONE_AFTER_MS} ms of waiting`, () => {
    for (const [waitedMs, fate] of [
      [GONE_AFTER_MS - 1, 'started'],
      [GONE_AFTER_MS, 'started'],
      [GONE_AFTER_MS + 1, 'gone'],
    ] as const) {
      const world = new SimulatedLimiter({ concurrency: 1 });
      const a = world.offer('a');
      const b = world.offer('b');
      b.clientLeft = true;
      world.now += waitedMs;
      a.release();
      world.settle();
      expect(b.fate).toBe(fate);
      expect(world.limiter.stats().gone).toBe(fate === 'gone' ? 1 : 0);
    }
  });

  test('can be withdrawn from the middle of the queue, once', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    const b = world.offer('b', { bytes: 7 });
    world.offer('c', { bytes: 5 });
    expect(world.limiter.withdraw(b)).toBe(true);
    expect(world.limiter.withdraw(b)).toBe(false);
    expect(world.limiter.withdraw(a)).toBe(false);
    expect(world.limiter.stats()).toMatchObject({ queued: 1, queuedBytes: 5, gone: 1 });
    a.release();
    world.settle();
    expect(world.takeLog()).toEqual(['start a', 'start c']);
  });
});

describe('probes', () => {
  test(`have ${PROBES_MAX} slots of their own, then take an ordinary one, and never wait`, () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    world.offer('a');
    for (const name of ['p1', 'p2', 'p3', 'p4']) world.offer(name, { priority: 'probe' });
    expect(world.takeLog()).toEqual([
      'start a',
      'start p1',
      'start p2',
      'start p3',
      'refuse p4: probesFull',
    ]);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, probesInFlight: 2, queued: 0 });
  });

  test('run while everything else waits', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    world.offer('a');
    world.offer('b', { priority: 'critical' });
    const probe = world.offer('p', { priority: 'probe' });
    expect(probe.fate).toBe('started');
    probe.release();
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, probesInFlight: 0, queued: 1 });
  });
});

describe('short memory', () => {
  test('lets nothing start at once and nothing wait, and serves what waits', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    const a = world.offer('a');
    world.offer('b');
    world.offer('c');
    world.limiter.setMemoryShort(true);
    world.offer('d');
    a.release();
    world.settle();
    world.offer('e');
    world.limiter.setMemoryShort(false);
    world.offer('f');
    expect(world.takeLog()).toEqual([
      'start a',
      'start b',
      'refuse d: memory',
      'start c',
      'refuse e: memory',
    ]);
    expect(world.limiter.stats().queued).toBe(1);
  });
});

describe('the end of a drain', () => {
  test('refuses all that wait', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    world.offer('a');
    world.offer('b');
    world.offer('c', { priority: 'critical' });
    world.limiter.refuseQueued('closing', world.now);
    expect(world.takeLog()).toEqual(['start a', 'refuse c: closing', 'refuse b: closing']);
    expect(world.limiter.nextExpiry()).toBe(Number.POSITIVE_INFINITY);
  });
});
