import { describe, expect, test } from 'vitest';
import { BUCKET_MS, SojournLaw } from '../../../src/limiter/laws/sojourn.js';
import { SimulatedLimiter, type TestTicket, type TicketGiven } from './simulated-limiter.js';

describe('the timed law', () => {
  const waitMs = 100;
  const options = { concurrency: 1, queue: { law: 'timed', waitMs } } as const;

  test('refuses who has waited as long as it allows, when its turn comes', () => {
    for (const [waitedMs, fate] of [
      [waitMs - 1, 'started'],
      [waitMs, 'refused'],
      [waitMs + 1, 'refused'],
    ] as const) {
      const world = new SimulatedLimiter(options);
      const a = world.offer('a');
      const b = world.offer('b');
      world.pass(90);
      world.now += waitedMs - 90;
      a.release();
      world.settle();
      expect(b.fate).toBe(fate);
      expect(b.reason).toBe(fate === 'refused' ? 'waited' : undefined);
    }
  });

  test('refuses by the timer where no slot comes free', () => {
    const world = new SimulatedLimiter(options);
    world.offer('a');
    world.offer('b');
    const begin = world.now;
    world.pass(10);
    world.offer('c');
    world.pass(waitMs - 11);
    expect(world.takeLog()).toEqual(['start a']);
    expect(world.limiter.nextExpiry()).toBe(begin + waitMs);
    world.pass(1);
    expect(world.takeLog()).toEqual(['refuse b: waited']);
    world.pass(9);
    expect(world.takeLog()).toEqual([]);
    world.pass(1);
    expect(world.takeLog()).toEqual(['refuse c: waited']);
  });

  test('drops who has left by then', () => {
    const world = new SimulatedLimiter(options);
    world.offer('a');
    world.offer('b').clientLeft = true;
    world.pass(waitMs);
    expect(world.takeLog()).toEqual(['start a', 'gone b']);
  });
});

describe.each([{ law: 'timed' }, { law: 'sojourn' }, { law: 'patient' }] as const)(
  'deadlines, $law',
  (queue) => {
    test('a request at or past its deadline is refused on arrival, probes too', () => {
      const world = new SimulatedLimiter({ queue });
      world.offer('late', { deadline: world.now - 1 });
      world.offer('at', { deadline: world.now });
      world.offer('probe', { deadline: world.now, priority: 'probe' });
      world.offer('before', { deadline: world.now + 1 });
      expect(world.takeLog()).toEqual([
        'refuse late: deadline',
        'refuse at: deadline',
        'refuse probe: deadline',
        'start before',
      ]);
    });

    test('a waiting one is refused at its deadline, by the timer or in its turn', () => {
      const world = new SimulatedLimiter({ concurrency: 1, queue });
      const a = world.offer('a');
      world.offer('later', { deadline: world.now + 15 });
      world.offer('soon', { deadline: world.now + 7 });
      expect(world.limiter.nextExpiry()).toBe(world.now + 7);
      world.now += 7;
      world.expire();
      expect(world.takeLog()).toEqual(['start a', 'refuse soon: deadline']);
      expect(world.limiter.nextExpiry()).toBe(world.now + 8);
      world.now += 8;
      a.release('aborted');
      world.settle();
      expect(world.takeLog()).toEqual(['refuse later: deadline']);
    });

    test('the deadline of one that has left does not fire the timer twice', () => {
      const world = new SimulatedLimiter({ concurrency: 1, queue });
      world.offer('a');
      const soon = world.offer('soon', { deadline: world.now + 5 });
      world.offer('b');
      world.limiter.withdraw(soon);
      world.now += 5;
      world.expire();
      expect(world.limiter.nextExpiry()).toBeGreaterThan(world.now);
    });
  },
);

describe('the sojourn law', () => {
  const target = 10;
  const ceiling = 100;

  const anyTicket = (given: TicketGiven = {}): TestTicket =>
    new SimulatedLimiter().ticket('any', given);
  /** A ticket that has waited as long at `now`. */
  const waited = (ms: number, now: number): TestTicket => {
    const ticket = anyTicket();
    ticket.offeredAt = now - ms;
    return ticket;
  };

  /** A law that has seen a start every `intervalMs`, long enough to know it. */
  function lawAt(intervalMs: number, starts = 500): { law: SojournLaw; now: number } {
    const law = new SojournLaw(target, ceiling);
    let now = 0.5;
    law.noteBacklog(now);
    for (let i = 0; i < starts; i++) {
      now += intervalMs;
      law.noteStart(waited(0, now), now);
    }
    return { law, now };
  }

  test('expects each to wait for those ahead, and refuses where that is too long', () => {
    const { law, now } = lawAt(2);
    expect(law.refusesArrival(anyTicket(), 49, now)).toBe(null);
    expect(law.refusesArrival(anyTicket(), 51, now)).toBe('waitTooLong');
  });

  test('does not take a stall of the event loop for the pace of short handlers', () => {
    const { law, now } = lawAt(0.02, 20_000);
    law.noteStart(waited(0, now + 60), now + 60);
    expect(law.refusesArrival(anyTicket(), 1000, now + 60)).toBe(null);
  });

  test('learns within a second that the pace is a thousand times slower', () => {
    const { law, now } = lawAt(0.02, 20_000);
    let later = now;
    while (later < now + 1000) {
      later += 20;
      law.noteStart(waited(0, later), later);
    }
    expect(law.refusesArrival(anyTicket(), 50, later)).toBe('waitTooLong');
  });

  test('believes in a fast pace before it has seen many starts', () => {
    const { law, now } = lawAt(5, 1);
    expect(law.refusesArrival(anyTicket(), 100, now)).toBe(null);
    expect(law.refusesArrival(anyTicket(), 500, now)).toBe('waitTooLong');
  });

  test('refuses who could not be done before its deadline', () => {
    const { law, now } = lawAt(2);
    for (let i = 0; i < 200; i++) law.noteDuration(8);
    const ticket = anyTicket();
    ticket.offeredAt = now;
    ticket.deadlineAt = now + 20;
    // Twelve milliseconds of waiting and eight of work.
    expect(law.refusesArrival(ticket, 5, now)).toBe(null);
    expect(law.refusesArrival(ticket, 7, now)).toBe('deadline');
    expect(law.refusesStart(ticket, now + 11)).toBe(null);
    expect(law.refusesStart(ticket, now + 13)).toBe('deadline');
  });

  test('lowers the wait by a fifth for each bucket in which half or more was refused, to the target', () => {
    const law = new SojournLaw(target, ceiling);
    law.noteRefusal(anyTicket(), 'waitTooLong', 0.5);
    for (let bucket = 1; bucket < 25; bucket++) {
      law.noteRefusal(anyTicket(), 'waitTooLong', 0.5 + bucket * BUCKET_MS);
      expect(law.waitMs(2)).toBeCloseTo(Math.max(target, ceiling * 0.8 ** bucket));
    }
    expect(law.patienceMs(2)).toBe(2 * target);
  });

  test('lowers it by less where more were served, after a wait or without', () => {
    for (const [refused, inline, queued, waitMs] of [
      [3, 1, 0, 80],
      [1, 1, 0, 80],
      [1, 0, 1, 80],
      [2, 3, 0, 84],
      [2, 0, 3, 84],
      [1, 2, 2, 92],
      [0, 1, 1, ceiling],
    ] as const) {
      const law = new SojournLaw(target, ceiling);
      const at = 0.5;
      for (let i = 0; i < refused; i++) law.noteRefusal(anyTicket(), 'waitTooLong', at);
      for (let i = 0; i < inline; i++) law.noteInlineStart(anyTicket(), at);
      for (let i = 0; i < queued; i++) law.noteStart(waited(50, at), at);
      law.noteInlineStart(anyTicket(), at + BUCKET_MS);
      expect(law.waitMs(2)).toBeCloseTo(waitMs);
    }
  });

  test('looks at each bucket for itself', () => {
    const law = new SojournLaw(target, ceiling);
    law.noteInlineStart(anyTicket(), 0.5);
    law.noteInlineStart(anyTicket(), 0.5 + BUCKET_MS - 1);
    law.noteRefusal(anyTicket(), 'waitTooLong', 0.5 + BUCKET_MS);
    expect(law.waitMs(2)).toBe(ceiling);
    law.noteRefusal(anyTicket(), 'waitTooLong', 0.5 + 2 * BUCKET_MS);
    expect(law.waitMs(2)).toBeCloseTo(80);
    law.noteInlineStart(anyTicket(), 0.5 + 3 * BUCKET_MS);
    expect(law.waitMs(2)).toBeCloseTo(64);
  });

  test('is not moved by a wait, however long, while nobody is refused', () => {
    const law = new SojournLaw(target, ceiling);
    for (let bucket = 0; bucket < 10; bucket++) {
      const at = 0.5 + bucket * BUCKET_MS;
      law.noteStart(waited(ceiling, at), at);
      expect(law.waitMs(2)).toBe(ceiling);
    }
  });

  test('what happens to a class changes nothing for those above it', () => {
    const law = new SojournLaw(target, ceiling);
    law.noteRefusal(anyTicket({ priority: 'default' }), 'waitTooLong', 0.5);
    law.noteInlineStart(anyTicket({ priority: 'critical' }), 0.5);
    law.noteInlineStart(anyTicket({ priority: 'sheddable' }), 0.5);
    law.noteRefusal(anyTicket(), 'waitTooLong', 0.5 + BUCKET_MS);
    // Of the default class and above half were refused, of all a third.
    expect([1, 2, 3].map((priority) => law.waitMs(priority))).toEqual([
      100,
      80,
      expect.closeTo(100 - 40 / 3),
    ]);
  });

  test('raises it in fifty calm buckets from target to ceiling, whether anything came or not', () => {
    const law = new SojournLaw(target, ceiling);
    for (let bucket = 0; bucket < 30; bucket++)
      law.noteRefusal(anyTicket(), 'waitTooLong', 0.5 + bucket * BUCKET_MS);
    law.noteInlineStart(anyTicket(), 0.5 + 30 * BUCKET_MS);
    expect(law.waitMs(2)).toBe(target);
    law.noteInlineStart(anyTicket(), 0.5 + 31 * BUCKET_MS);
    expect(law.waitMs(2)).toBeCloseTo(target + (ceiling - target) / 50);
    law.noteInlineStart(anyTicket(), 0.5 + 55 * BUCKET_MS);
    expect(law.waitMs(2)).toBeCloseTo(target + ((ceiling - target) / 50) * 25);
    law.noteInlineStart(anyTicket(), 0.5 + 500 * BUCKET_MS);
    expect(law.waitMs(2)).toBe(ceiling);
  });

  describe('after half a second of refusing', () => {
    const at = 0.5 + 25 * BUCKET_MS;

    /** A law of a pace of 2 ms that has refused for half a second; the trial begins with what is asked of it next. */
    function refusing(): SojournLaw {
      const { law, now } = lawAt(2);
      for (let i = 0; i < 100; i++) law.noteDuration(2);
      // Its own time goes on from where lawAt left it.
      offset = now;
      for (let bucket = 0; bucket < 25; bucket++) {
        law.noteRefusal(anyTicket(), 'waitTooLong', offset + 0.5 + bucket * BUCKET_MS);
      }
      expect(law.waitMs(2)).toBe(target);
      return law;
    }
    let offset = 0;
    const asks = (law: SojournLaw, ahead: number, now: number) =>
      law.refusesArrival(anyTicket(), ahead, offset + now);
    const refuses = (law: SojournLaw, now: number) =>
      law.noteRefusal(anyTicket(), 'waitTooLong', offset + now);

    test('refuses nobody for a moment who would wait no longer than the ceiling', () => {
      const law = refusing();
      expect(asks(law, 49, at)).toBe(null);
      expect(asks(law, 51, at)).toBe('waitTooLong');
      expect(law.patienceMs(2)).toBe(2 * ceiling);
    });

    test('keeps to that once a second has passed in which nobody had to be refused', () => {
      const law = refusing();
      for (let now = at; now < at + 1100; now += BUCKET_MS) expect(asks(law, 40, now)).toBe(null);
      refuses(law, at + 1100);
      expect(law.waitMs(2)).toBe(ceiling);
    });

    test('goes back to what it was when the queue goes on growing', () => {
      const law = refusing();
      expect(asks(law, 10, at)).toBe(null);
      expect(asks(law, 20, at + 19)).toBe(null);
      // Forty milliseconds were expected by then; five more are let pass, and two in five.
      expect(asks(law, 22, at + 21)).toBe(null);
      expect(asks(law, 23, at + 21)).toBe('waitTooLong');
      refuses(law, at + 21);
      expect(law.waitMs(2)).toBe(target);
    });

    test('then refuses what it has let in beyond what may wait', () => {
      const law = refusing();
      expect(law.wantsFewer(2, 40)).toBe(false);
      asks(law, 40, at);
      expect(law.wantsFewer(2, 40)).toBe(false);
      refuses(law, at + 30);
      expect(law.wantsFewer(2, 7)).toBe(true);
      expect(law.wantsFewer(2, 5)).toBe(false);
      expect(law.wantsFewer(2, 7)).toBe(false);
    });

    test('tries again four seconds later, for longer, and from then on every sixteen', () => {
      const law = refusing();
      const began: number[] = [];
      for (let now = at; now < at + 45_000; now += BUCKET_MS) {
        asks(law, 40, now);
        if (law.waitMs(2) === ceiling) began.push(Math.round((now - at) / 1000));
        refuses(law, now);
      }
      expect(began).toEqual([0, 4, 20, 36]);
    });

    test('lets the queue of the second trial grow for longer', () => {
      const law = refusing();
      asks(law, 10, at);
      for (let now = at; now < at + 4000; now += BUCKET_MS) refuses(law, now);
      asks(law, 10, at + 4001);
      expect(law.waitMs(2)).toBe(ceiling);
      expect(asks(law, 45, at + 4400)).toBe(null);
    });

    test('what is refused of a lower class does not end the trial of a higher one', () => {
      const law = refusing();
      asks(law, 10, at);
      law.noteRefusal(anyTicket({ priority: 'sheddable' }), 'waitTooLong', offset + at + 1);
      expect([1, 2, 3].map((priority) => law.waitMs(priority))).toEqual([ceiling, ceiling, target]);
    });
  });

  test('lets nobody wait for more than twice what it allows on arrival', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'sojourn' } });
    world.offer('a');
    world.offer('b');
    world.pass(2 * ceiling - 1);
    expect(world.takeLog()).toEqual(['start a']);
    world.pass(1);
    expect(world.takeLog()).toEqual(['refuse b: waited']);
  });

  test('counts as time between starts only time in which somebody waited', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { law: 'sojourn' } });
    for (let i = 0; i < 200; i++) {
      const running = world.offer('running');
      world.offer('waiting', { runsInlineMs: 0 });
      world.now += 1;
      running.release();
      world.settle();
      world.now += 60_000;
    }
    world.offer('running');
    world.takeLog();
    // Sixty ahead at a millisecond each, and a ceiling of a hundred.
    for (let i = 0; i < 60; i++) world.offer('waiting');
    expect(world.takeLog()).toEqual([]);
  });
});
