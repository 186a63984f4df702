import { describe, expect, test } from 'vitest';
import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';
import { retryAfterMs } from '../../../src/limiter/refusal.js';
import { Refused } from '../../../src/limiter/refused.js';
import { LOOK_EVERY_MS } from '../../../src/limiter/slots.js';
import { Pauses } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter } from './simulated-limiter.js';

describe('when to come back', () => {
  test('is 1 to 3 seconds from now, at random', () => {
    expect([0, 0.5, 1].map(retryAfterMs)).toEqual([1000, 2000, 3000]);
    const world = new SimulatedLimiter({ concurrency: 1, queue: { entriesMax: 1 } });
    world.offer('a');
    world.offer('b');
    expect(world.offer('c').retryAfterMs).toBe(2000);
  });

  test('is said in whole milliseconds', () => {
    const refused = new Refused('waited', 1234.5);
    expect(refused.message).toBe('sluice: refused (waited); try again in 1235 ms');
    expect([refused.name, refused.code]).toEqual(['Refused', 'SLUICE_REFUSED']);
  });
});

describe('an arrival that could not be done before its deadline', () => {
  test('is refused, and pushes nobody out', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'timed', entriesMax: 1 } });
    world.offer('a');
    world.offer('b', { priority: 'sheddable' });
    world.offer('late', { priority: 'critical', deadline: world.now });
    world.limiter.setMemoryShort(true);
    world.offer('later', { priority: 'critical', deadline: world.now });
    expect(world.takeLog()).toEqual(['start a', 'refuse late: deadline', 'refuse later: deadline']);
  });
});

test('what a trial in vain has let in is refused at once, the newest first', () => {
  const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'sojourn' } });
  const patienceMs = (): number => world.limiter.stats().patienceMs.default;
  let running = world.offer('0');
  let offered = 1;
  /** One of 2 ms is done, and two more come. */
  const step = (): void => {
    world.now += 2;
    const next = tickets.find(({ fate }) => fate === 'none');
    running.release();
    world.settle();
    if (next?.fate === 'started') running = next;
    for (let i = 0; i < 2; i++) tickets.push(world.offer(String(offered++)));
    world.expire();
  };
  const tickets = [world.offer(String(offered++))];
  const stepUntil = (isThere: () => boolean): void => {
    for (let steps = 0; !isThere(); steps++) {
      if (steps > 1000) throw new Error('it never came');
      world.takeLog();
      step();
    }
  };
  stepUntil(() => patienceMs() < 30);
  stepUntil(() => patienceMs() === 200);
  stepUntil(() => patienceMs() < 30);
  const refused = world
    .takeLog()
    .flatMap((line) => line.match(/^refuse (\d+): waitTooLong/)?.[1] ?? []);
  // First the arrival that was one too many, then those before it.
  expect(refused.length).toBeGreaterThan(8);
  const [last = 0] = refused.map(Number);
  expect(refused.map(Number).slice(0, 9)).toEqual(Array.from({ length: 9 }, (_, i) => last - i));
  expect(2 * world.limiter.stats().queued).toBeLessThanOrEqual(patienceMs() / 2);
});

describe('probes', () => {
  test('that are refused cost the others no patience', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const { patienceMs } = world.limiter.stats();
    for (const name of ['p1', 'p2', 'p3', 'p4']) world.offer(name, { priority: 'probe' });
    expect(world.limiter.stats().refusedBy.probesFull).toBe(1);
    world.now += 100;
    world.offer('a');
    world.now += 100;
    world.offer('b');
    expect(world.limiter.stats().patienceMs).toEqual(patienceMs);
  });

  test('take no ordinary slot while memory is short', () => {
    const world = new SimulatedLimiter({ concurrency: 4 });
    world.limiter.setMemoryShort(true);
    for (const name of ['p1', 'p2', 'p3']) world.offer(name, { priority: 'probe' });
    expect(world.takeLog()).toEqual(['start p1', 'start p2', 'refuse p3: probesFull']);
  });

  test('teach the limit nothing, and others what is true of them', () => {
    const seen: number[] = [];
    const algorithm: LimitAlgorithm = {
      limit: 4,
      learns: true,
      sample: ({ durationMs }) => {
        seen.push(durationMs);
      },
      reopen() {},
      forget() {},
    };
    const world = new SimulatedLimiter({}, algorithm);
    world.offer('p', { priority: 'probe', runsInlineMs: 0.5 });
    // Beside another, an end at once is learnt from.
    world.offer('beside');
    const a = world.offer('a', { startsForMs: 1 });
    a.pauses = Object.assign(new Pauses(), { ms: 50 });
    a.release();
    world.limiter.offer(a, world.now);
    a.release('timedOut');
    // What waited longer for its peer than it lasted took no time; the wait is not counted twice.
    expect(seen).toEqual([0, 1]);
  });
});

describe('what the limit learns from', () => {
  test('is each handler that ended, not one that was aborted; a time-out counts as dropped', () => {
    const seen: unknown[] = [];
    const algorithm: LimitAlgorithm = {
      limit: 1,
      learns: true,
      sample: ({ dropped, arrivals, blocked, inFlight }) => {
        seen.push([dropped, arrivals, blocked, inFlight]);
      },
      reopen() {},
      forget() {},
    };
    const world = new SimulatedLimiter({}, algorithm);
    for (const outcome of ['finished', 'failed', 'timedOut', 'aborted'] as const) {
      const running = world.offer(outcome);
      world.now++;
      running.release(outcome);
    }
    const last = world.offer('last');
    world.offer('waits');
    world.now++;
    last.release();
    expect(seen).toEqual([
      [false, 1, 0, 1],
      [false, 2, 0, 1],
      [true, 3, 0, 1],
      [false, 6, 1, 1],
    ]);
  });

  test('is none that has only computed, unless it timed out', () => {
    const seen: unknown[] = [];
    const algorithm: LimitAlgorithm = {
      limit: 4,
      learns: true,
      sample: ({ durationMs, dropped }) => {
        seen.push([durationMs, dropped]);
      },
      reopen() {},
      forget() {},
    };
    const world = new SimulatedLimiter({}, algorithm);
    world.offer('inline', { runsInlineMs: 0.5 });
    world.offer('at once').release();
    world.offer('at once').release('failed');
    expect(seen).toEqual([]);
    world.offer('timed out').release('timedOut');
    const another = world.offer('runs on');
    world.offer('inline, beside another', { runsInlineMs: 0.5 });
    another.release();
    expect(seen).toEqual([
      [0, true],
      [0.5, false],
    ]);
  });

  test('is nothing, for a limit that does not learn', () => {
    const algorithm: LimitAlgorithm = {
      limit: 1,
      learns: false,
      sample: () => {
        throw new Error('told of a sample');
      },
      reopen() {},
      forget() {},
    };
    const world = new SimulatedLimiter({}, algorithm);
    expect(world.offer('a').release()).toBe(true);
  });
});

describe('the sojourn law in the limiter', () => {
  const queue = { law: 'sojourn' } as const;

  /** One slot, taken, and a law that has seen a start each `ms` while somebody waited. */
  function busy(ms: number): SimulatedLimiter {
    const world = new SimulatedLimiter({ concurrency: 1, queue });
    for (let i = 0; i < 200; i++) {
      const running = world.offer('running');
      world.offer('waiting', { runsInlineMs: 0 });
      world.now += ms;
      running.release();
      world.settle();
      world.now += 100;
    }
    world.offer('running');
    world.takeLog();
    return world;
  }

  test('counts those of the same class and above as ahead', () => {
    const world = busy(1);
    for (let i = 0; i < 60; i++) world.offer('c', { priority: 'critical' });
    for (let i = 0; i < 60; i++) world.offer('s', { priority: 'sheddable' });
    const { queued, refusedBy } = world.limiter.stats();
    expect(refusedBy.waitTooLong).toBeGreaterThan(15);
    expect(queued + refusedBy.waitTooLong).toBe(120);
    world.takeLog();
    world.offer('more', { priority: 'critical' });
    expect(world.takeLog()).toEqual([]);
    world.offer('less', { priority: 'sheddable' });
    expect(world.takeLog()).toEqual(['refuse less: waitTooLong']);
  });

  test('no longer counts those who left', () => {
    const world = busy(1);
    const tickets = Array.from({ length: 90 }, () => world.offer('a'));
    for (const ticket of tickets) world.limiter.withdraw(ticket);
    for (let i = 0; i < 90; i++) world.offer('b');
    expect(world.takeLog()).toEqual([]);
  });

  test('measures from when the backlog began, not from the last that joined it', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue });
    for (let i = 0; i < 200; i++) {
      const running = world.offer('running');
      world.offer('first', { runsInlineMs: 0 });
      world.now += 8;
      world.offer('second', { runsInlineMs: 0 });
      world.now += 2;
      running.release();
      world.settle();
      world.now += 100;
    }
    world.offer('running');
    world.takeLog();
    // Two each ten milliseconds: five each, and a ceiling of a hundred.
    for (let i = 0; i < 40; i++) world.offer('waiting');
    expect(world.limiter.stats().queued).toBeGreaterThan(15);
    expect(world.limiter.stats().queued).toBeLessThan(25);
  });

  test('refuses who has waited for twice what it allows, in its turn too', () => {
    for (const [waitedMs, fate] of [
      [199, 'started'],
      [200, 'refused'],
    ] as const) {
      const world = new SimulatedLimiter({ concurrency: 1, queue });
      const a = world.offer('a');
      const b = world.offer('b');
      world.pass(190);
      world.now += waitedMs - 190;
      a.release();
      world.settle();
      expect(b.fate).toBe(fate);
      if (fate === 'refused') expect(b.reason).toBe('waited');
    }
  });

  test('tells its patience, by class', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { ...queue, entriesMax: 1 } });
    expect(world.limiter.stats().patienceMs).toEqual({
      critical: 200,
      default: 200,
      sheddable: 200,
    });
    for (const name of ['a', 'b', 'c', 'd']) world.offer(name);
    world.now += 20;
    world.offer('e');
    const { patienceMs, refused } = world.limiter.stats();
    expect(refused).toBe(3);
    expect(patienceMs.critical).toBe(200);
    expect(patienceMs.default).toBeLessThan(200);
    expect(patienceMs.sheddable).toBe(patienceMs.default);
  });
});

describe('the timer', () => {
  test('is for whoever is the first to have waited too long, of all classes', () => {
    for (const [first, second] of [
      ['critical', 'sheddable'],
      ['sheddable', 'critical'],
    ] as const) {
      const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
      world.offer('running');
      const begin = world.now;
      world.offer('first', { priority: first });
      world.pass(10);
      world.offer('second', { priority: second });
      world.pass(89);
      expect(world.limiter.nextExpiry()).toBe(begin + 100);
      world.pass(1);
      expect(world.takeLog()).toEqual(['start running', 'refuse first: waited']);
      world.pass(9);
      expect(world.limiter.nextExpiry()).toBe(begin + 110);
    }
  });

  test('refuses all that are due at once, and nobody else', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
    world.offer('running');
    world.offer('a', { deadline: world.now + 50 });
    world.offer('b', { deadline: world.now + 50 });
    world.offer('c', { deadline: world.now + 51 });
    world.now += 50;
    world.expire();
    expect(world.takeLog()).toEqual(['start running', 'refuse a: deadline', 'refuse b: deadline']);
    expect(world.limiter.stats().queued).toBe(1);
  });

  test('is off once the one with a deadline has left', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
    world.offer('running');
    const a = world.offer('a', { deadline: world.now + 5 });
    world.limiter.withdraw(a);
    const begin = world.now;
    world.offer('b');
    // The next look, whether the process goes on.
    expect(world.limiter.nextExpiry()).toBe(begin + LOOK_EVERY_MS);
    world.pass(99);
    expect(world.limiter.nextExpiry()).toBe(begin + 100);
  });

  test('is for the earliest deadline, whoever came first', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
    world.offer('running');
    world.offer('soon', { deadline: world.now + 5 });
    world.offer('later', { deadline: world.now + 9 });
    expect(world.limiter.nextExpiry()).toBe(world.now + 5);
  });

  test('finds all who waited, also where one has left from between', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { waitMs: 100 } });
    world.offer('running');
    const [, y] = ['x', 'y', 'z'].map((name) => world.offer(name));
    world.limiter.withdraw(y!);
    world.offer('w');
    world.pass(100);
    expect(world.takeLog()).toEqual([
      'start running',
      'refuse x: waited',
      'refuse z: waited',
      'refuse w: waited',
    ]);
  });

  test('may fire within a callback: then it does nothing, and is still due', () => {
    const world = new SimulatedLimiter({ concurrency: 2, queue: { waitMs: 100 } });
    world.limiter.setLimit(1);
    world.offer('running');
    world.offer('waiting');
    world.pass(90);
    world.now += 10;
    world.limiter.setMemoryShort(false);
    world.offer('probe', { priority: 'probe', onStart: () => world.expire() });
    expect(world.takeLog()).toEqual(['start running', 'start probe']);
    expect(world.limiter.nextExpiry()).toBe(world.now);
    world.expire();
    expect(world.takeLog()).toEqual(['refuse waiting: waited']);
  });
});

describe('from within a callback', () => {
  test('the queue is not emptied: that is the end of a drain, which calls from outside', () => {
    const world = new SimulatedLimiter();
    const onStart = (): void => world.limiter.refuseQueued('closing', world.now);
    expect(() => world.offer('a', { onStart })).toThrow('refuseQueued');
  });

  test('a turn that comes is put off to the next', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    const a = world.offer('a');
    world.offer('b');
    a.release();
    expect(world.turnArmed).toBe(true);
    world.offer('probe', { priority: 'probe', onStart: () => void world.turn() });
    expect(world.takeLog()).toEqual(['start a', 'start probe']);
    expect(world.turnArmed).toBe(true);
    world.turn();
    expect(world.takeLog()).toEqual(['start b']);
  });
});
