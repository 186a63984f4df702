// Who waits on purpose gives the slot back, by itself or by word, once.

import { describe, expect, test, vi } from 'vitest';
import { SimulatedLimiter, type TestTicket } from './simulated-limiter.js';

const adaptive = { concurrency: { initial: 2, min: 2, max: 2 } } as const;
const polls = 1;
const short = 2;

/** One of the short kind that runs for as long, a tick at a time. */
function serve(world: SimulatedLimiter, ms = 5): TestTicket {
  const ticket = world.offer('short', { kind: short });
  world.settle();
  world.now += ms;
  ticket.release();
  world.settle();
  return ticket;
}

/** Short ones come and go for as long. */
function go(world: SimulatedLimiter, ms: number): void {
  for (const end = world.now + ms; world.now < end; ) serve(world);
}

describe('a handler that runs long, while others finish', () => {
  test('gives its slot back', () => {
    const world = new SimulatedLimiter(adaptive);
    const poll = world.offer('poll', { kind: polls });
    go(world, 90);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked: 0 });
    go(world, 60);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    expect(poll.release()).toBe(true);
    expect(poll.release()).toBe(false);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });

  test('keeps it while nobody finishes, where its kind finishes as a rule: that is a stall', () => {
    const world = new SimulatedLimiter(adaptive);
    go(world, 50);
    for (const name of ['a', 'b']) world.offer(name, { kind: short });
    for (let i = 0; i < 10; i++) {
      world.now += 20;
      world.expire();
      world.offer('more', { kind: short });
    }
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, parked: 0 });
  });

  test('gives it back after half a second, where nobody finishes and its kind never did', () => {
    const world = new SimulatedLimiter(adaptive);
    for (const name of ['a', 'b', 'c']) world.offer(name, { kind: polls });
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, queued: 1 });
    // Nothing comes and nothing ends: the timer alone finds it.
    for (let i = 0; i < 40; i++) {
      world.now = Math.max(world.now + 0.01, Math.min(world.limiter.nextExpiry(), world.now + 20));
      world.expire();
      world.settle();
    }
    expect(world.limiter.stats()).toMatchObject({ queued: 0, parked: 3, inFlight: 0 });
  });

  test('is one of a number that somebody chose as long as it runs', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    world.offer('poll', { kind: polls });
    go(world, 2000);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked: 0 });
  });

  test('is a slow one for long, where its kind is slow', () => {
    const world = new SimulatedLimiter(adaptive);
    const slow = { kind: 3 };
    world.offer('slow', slow);
    world.now += 80;
    world.limiter.release(world.offer('x', { kind: 4 }), 'finished', world.now);
    for (let i = 0; i < 40; i++) {
      const ticket = world.offer('slow', slow);
      go(world, 50);
      ticket.release();
    }
    const ticket = world.offer('slower', slow);
    const { parked } = world.limiter.stats();
    go(world, 300);
    expect(world.limiter.stats().parked).toBe(parked);
    ticket.release();
  });
});

describe('a kind that waits on purpose as a rule', () => {
  function known(): SimulatedLimiter {
    const world = new SimulatedLimiter(adaptive);
    for (let i = 0; i < 3; i++) {
      world.offer('poll', { kind: polls });
      go(world, 150);
    }
    expect(world.limiter.stats().parked).toBe(3);
    return world;
  }

  test('starts without a slot, though all are taken', () => {
    const world = known();
    world.offer('a', { kind: short });
    world.offer('b', { kind: short });
    world.takeLog();
    world.offer('next poll', { kind: polls });
    world.offer('c', { kind: short });
    expect(world.takeLog()).toEqual(['start next poll']);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, parked: 4, queued: 1 });
  });

  test.each([['default'], ['sheddable']] as const)(
    'that is found to, while more of it wait, starts those before one that comes (%s)',
    (priority) => {
      const world = new SimulatedLimiter(adaptive);
      const poll = { kind: polls, priority };
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) world.offer(name, poll);
      world.offer('other', { kind: short });
      world.takeLog();
      world.now += 501;
      world.offer('next', poll);
      world.settle();
      expect(world.takeLog()).toEqual([
        ...['start c', 'start d', 'start e', 'start f', 'start next'],
        'start other',
      ]);
      expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked: 7, queued: 0 });
    },
  );

  test('that waited while memory was short starts before one that comes', () => {
    const world = known();
    for (const name of ['a', 'b']) world.offer(name, { kind: short });
    world.offer('least', { kind: short, priority: 'sheddable' });
    world.limiter.setMemoryShort(true);
    // It pushes out the least, and waits in its place.
    world.offer('poll 1', { kind: polls });
    world.limiter.setMemoryShort(false);
    world.takeLog();
    world.offer('poll 2', { kind: polls });
    world.settle();
    expect(world.takeLog()).toEqual(['start poll 1', 'start poll 2']);
  });

  test('is a short one again once most have finished soon', () => {
    const world = known();
    for (let i = 0; i < 10; i++) {
      const ticket = world.offer('poll', { kind: polls });
      world.settle();
      world.now += 5;
      ticket.release();
      world.settle();
    }
    go(world, 60);
    const { parked } = world.limiter.stats();
    world.offer('poll', { kind: polls });
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked });
  });

  test('nothing is learnt from its time', () => {
    const world = known();
    const { limit } = world.limiter.stats();
    for (let i = 0; i < 200; i++) {
      const ticket = world.offer('poll', { kind: polls });
      world.now += 200;
      ticket.release();
    }
    expect(world.limiter.stats().limit).toBe(limit);
  });
});

describe('a kind that finished and has stopped to', () => {
  const wide = { concurrency: { initial: 1000, min: 4, max: 1000 } } as const;
  const stalls = 5;

  function stalled(): { world: SimulatedLimiter; held: TestTicket[] } {
    const world = new SimulatedLimiter(wide);
    for (let i = 0; i < 20; i++) {
      const ticket = world.offer('fine', { kind: stalls });
      world.now += 5;
      ticket.release();
    }
    const held = Array.from({ length: 800 }, () => {
      world.now += 1;
      serve(world, 0);
      return world.offer('held', { kind: stalls });
    });
    return { world, held };
  }

  test('sees some hundred calls more, and no others are refused', () => {
    const { world, held } = stalled();
    const started = held.filter(({ fate }) => fate === 'started').length;
    expect(started).toBeGreaterThan(64);
    expect(started).toBeLessThan(600);
    expect(held.filter(({ reason }) => reason === 'stalled').length).toBe(800 - started);
    expect(serve(world).fate).toBe('started');
  });

  test('gets one now and then, and all again once one of them has finished', () => {
    const { world, held } = stalled();
    const { admitted } = world.limiter.stats();
    for (let i = 0; i < 100; i++) {
      world.now += 10;
      world.offer('again', { kind: stalls });
    }
    const tried = world.limiter.stats().admitted - admitted;
    expect(tried).toBeGreaterThan(2);
    expect(tried).toBeLessThan(8);
    held.find(({ fate }) => fate === 'started')?.release();
    world.now += 25;
    serve(world);
    for (let i = 0; i < 20; i++) {
      expect(world.offer('again', { kind: stalls }).reason).toBe(undefined);
    }
  });

  test('a burst of as many after a quiet time is none', () => {
    const world = new SimulatedLimiter(wide);
    for (let i = 0; i < 20; i++) {
      const ticket = world.offer('fine', { kind: stalls });
      world.settle();
      world.now += 100;
      ticket.release();
      world.settle();
    }
    world.now += 60_000;
    const burst = Array.from({ length: 100 }, () => world.offer('burst', { kind: stalls }));
    world.settle();
    world.now += 300;
    burst.push(world.offer('more', { kind: stalls }));
    expect(burst.every(({ fate }) => fate === 'started')).toBe(true);
  });
});

describe('a wait that is told', () => {
  test('gives the slot to the next, and runs on beyond the limit when it has ended', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    world.limiter.pause(a, false, world.now);
    world.settle();
    expect(world.takeLog()).toEqual(['start a', 'start b']);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked: 1 });
    world.offer('c');
    world.limiter.resume(a, world.now);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 2, parked: 0, queued: 1 });
    a.release();
    world.settle();
    expect(world.takeLog()).toEqual([]);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, queued: 1 });
  });

  test('several at once give one slot back, and it is taken again after the last', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    const a = world.offer('a');
    for (let i = 0; i < 3; i++) world.limiter.pause(a, false, world.now);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    for (let i = 0; i < 2; i++) world.limiter.resume(a, world.now);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    world.limiter.resume(a, world.now);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 1, parked: 0 });
  });

  test('that ends after its request changes nothing', () => {
    const world = new SimulatedLimiter({ concurrency: 2 });
    const a = world.offer('a');
    world.limiter.pause(a, false, world.now);
    expect(a.release()).toBe(true);
    world.limiter.resume(a, world.now);
    world.limiter.pause(a, false, world.now);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 0, admitted: 1 });
  });

  test('of a probe keeps its lane', () => {
    const world = new SimulatedLimiter();
    const probe = world.offer('p', { priority: 'probe' });
    world.limiter.pause(probe, false, world.now);
    expect(world.limiter.stats()).toMatchObject({ probesInFlight: 1, parked: 0 });
    world.limiter.resume(probe, world.now);
    probe.release();
    expect(world.limiter.stats()).toMatchObject({ probesInFlight: 0, parked: 0 });
  });
});

describe('a handler that ends at once, before another starts', () => {
  /** How often its kind is asked for, where it ends after `ms`. */
  function asked(world: SimulatedLimiter, ms: number): number {
    const ticket = world.ticket('at once', { kind: short });
    const kindHash = vi.spyOn(ticket, 'kindHash');
    world.limiter.offer(ticket, world.now);
    world.now += ms;
    ticket.release();
    world.settle();
    return kindHash.mock.calls.length;
  }

  test('is not asked for its kind: it tells as little as one that ends within its start', () => {
    const world = new SimulatedLimiter();
    expect([asked(world, 0.01), asked(world, 5)]).toEqual([0, 1]);
  });

  test('is asked where another runs beside it, and where a kind waits on purpose', () => {
    const world = new SimulatedLimiter();
    const poll = world.offer('poll', { kind: polls });
    expect(asked(world, 0.01)).toBe(1);
    go(world, 150);
    expect(world.limiter.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    expect(asked(world, 0.01)).toBe(1);
    poll.release();
  });

  test('ends the stall of its kind', () => {
    const world = new SimulatedLimiter();
    for (let i = 0; i < 20; i++) serve(world);
    for (let i = 0; i < 70; i++) world.offer('slow', { kind: short });
    world.now += 490;
    asked(world, 0.01);
    world.now += 50;
    world.expire();
    expect(world.offer('next', { kind: short }).fate).toBe('started');
  });
});

describe('the one that started last', () => {
  test('counts among the starts of its kind, and is one of those that may be found', () => {
    const world = new SimulatedLimiter();
    for (let i = 0; i < 20; i++) serve(world);
    for (let i = 0; i < 64; i++) world.offer('stuck', { kind: short });
    world.now += 600;
    world.expire();
    // All 64 have started, and the last of them too long ago for another trial to be denied.
    const trial = world.offer('trial', { kind: short });
    const next = world.offer('next', { kind: short });
    expect([trial.fate, next.reason]).toEqual(['started', 'stalled']);
  });

  test('and was aborted counts among the starts of its kind, as any other', () => {
    const world = new SimulatedLimiter();
    for (let i = 0; i < 20; i++) serve(world);
    for (let i = 0; i < 64; i++) world.offer('left', { kind: short }).release('aborted');
    world.now += 600;
    world.expire();
    const trial = world.offer('trial', { kind: short });
    const next = world.offer('next', { kind: short });
    expect([trial.fate, next.reason]).toEqual(['started', 'stalled']);
  });

  test('spends no time of its own while it waits, as it says', () => {
    const world = new SimulatedLimiter();
    const ticket = world.offer('a');
    world.limiter.pause(ticket, false, world.now);
    world.now += 50;
    world.limiter.resume(ticket, world.now);
    ticket.release();
    expect(world.offer('b').fate).toBe('started');
  });
});
