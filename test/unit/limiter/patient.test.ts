// The default law: nobody is refused until it is proven that more comes than can be served.

import { describe, expect, test } from 'vitest';
import { PATIENCE_MS, TIGHT_MS } from '../../../src/limiter/laws/overload.js';
import { BUCKET_MS, PatientLaw } from '../../../src/limiter/laws/patient.js';
import type { Ticket } from '../../../src/limiter/ticket.js';
import { Play, startMs, tooMany } from './patient-play.js';
import { SimulatedLimiter } from './simulated-limiter.js';

describe('overload is proven', () => {
  test('where a wait beyond patience is expected, and stays to be', () => {
    const play = new Play();
    play.run(200, 0);
    expect(play.run(340, tooMany + 5)).toBe(0);
    expect(play.isTight).toBe(false);
    play.run(40, tooMany + 5);
    expect(play.isTight).toBe(true);
    expect(play.run(100, tooMany + 5)).toBe(50);
  });

  test('also where many have started at once: what ends is the pace', () => {
    const play = new Play();
    play.run(200, 0);
    for (let i = 0; i < 1000; i++) play.law.noteInlineStart(play.ticket, play.now);
    play.run(380, tooMany + 50);
    expect(play.isTight).toBe(true);
  });

  test('not by less, however long', () => {
    const play = new Play();
    expect(play.run(5000, tooMany - 10)).toBe(0);
    expect(play.isTight).toBe(false);
  });

  test('not by a moment in which too many wait, though it comes again', () => {
    const play = new Play();
    for (let i = 0; i < 20; i++) {
      expect(play.run(200, tooMany + 50)).toBe(0);
      play.run(20, 10);
    }
    expect(play.isTight).toBe(false);
  });

  test('not by a stall of the process: the pace is that of the best bucket of late', () => {
    const play = new Play();
    play.run(200, 20);
    play.now += 2000;
    expect(play.run(100, 200)).toBe(0);
    expect(play.isTight).toBe(false);
  });

  test('by clients who leave while they wait, a third of those whose turn comes', () => {
    const play = new Play();
    play.run(100, 20);
    for (let i = 0; i < 80; i++) {
      play.leave();
      play.run(startMs, 20);
    }
    expect(play.isTight).toBe(true);

    const fewer = new Play();
    fewer.run(100, 20);
    for (let i = 0; i < 50; i++) {
      fewer.leave();
      fewer.run(startMs * 4, 20);
    }
    expect(fewer.isTight).toBe(false);
  });

  // A hundred that ask, at a pace of 2 ms, wait for 200 ms.
  test.each([
    [100, true],
    [300, false],
  ])(
    'and held so where clients who have waited for %i ms would leave again: %s',
    (waitedMs, isTight) => {
      const play = new Play({ asking: 100, outstanding: 0 });
      play.run(100, 20);
      for (let i = 0; i < 80; i++) {
        play.leave(waitedMs);
        play.run(startMs, 20);
      }
      play.run(200, 30);
      expect(play.isTight).toBe(true);
      play.run(1000, 90);
      expect(play.isTight).toBe(isTight);
    },
  );

  test.each([
    [19, true],
    [20, false],
  ])('by ten who leave beside %i that started on arrival: %s', (started, isTight) => {
    const play = new Play();
    play.law.noteBacklog();
    for (let i = 0; i < started; i++) play.law.noteInlineStart(play.ticket, play.now);
    for (let i = 0; i < 10; i++) play.leave();
    play.now += BUCKET_MS;
    play.law.refusesStart(play.ticket, play.now);
    expect(play.isTight).toBe(isTight);
  });

  test('by one that has waited for twice the patience and was not started', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    world.offer('runs');
    world.offer('waits');
    const { patienceMs: before } = world.limiter.stats();
    expect(before.default).toBe(2 * PATIENCE_MS);
    world.pass(2 * PATIENCE_MS - 1);
    expect(world.takeLog()).toEqual(['start runs']);
    world.pass(1);
    expect(world.takeLog()).toEqual(['refuse waits: waited']);
    expect(world.limiter.stats().patienceMs.default).toBeLessThan(PATIENCE_MS);
  });

  test('not by a queue that is full: somebody chose how many may wait', () => {
    const world = new SimulatedLimiter({ concurrency: 1, queue: { entriesMax: 1 } });
    for (const name of ['a', 'b', 'c', 'd']) world.offer(name);
    expect(world.takeLog()).toEqual(['start a', 'refuse c: queueFull', 'refuse d: queueFull']);
    expect(world.limiter.stats().patienceMs.default).toBe(2 * PATIENCE_MS);
  });

  test('for a class and those below, not for those above', () => {
    const world = new SimulatedLimiter({ concurrency: 1 });
    world.offer('runs');
    world.offer('waits');
    world.pass(2 * PATIENCE_MS);
    const { critical, default: own, sheddable } = world.limiter.stats().patienceMs;
    expect([critical, own, sheddable]).toEqual([2 * PATIENCE_MS, 2 * TIGHT_MS, 2 * TIGHT_MS]);
  });
});

describe('clients who wait for their answers', () => {
  test('are refused nothing, however long the queue is', () => {
    const play = new Play({ asking: 1000, outstanding: 990 });
    play.run(400, 10);
    expect(play.run(5000, 990)).toBe(0);
    expect(play.isTight).toBe(false);
  });

  test('are no closed loop while more of them come', () => {
    const callers = { asking: 100, outstanding: 100 };
    const play = new Play(callers);
    play.run(200, 10);
    for (let i = 0; i < 30; i++) {
      callers.asking *= 1.2;
      callers.outstanding = callers.asking;
      play.run(100, tooMany + 50);
    }
    expect(play.isTight).toBe(true);
  });

  test('nor where many of them have nothing to ask', () => {
    const play = new Play({ asking: 1000, outstanding: 850 });
    play.run(400, 10);
    play.run(400, 850);
    expect(play.isTight).toBe(true);
  });
});

describe('under overload', () => {
  function tight(callers?: { asking: number; outstanding: number }): Play {
    const play = new Play(callers);
    play.run(200, 0);
    play.run(400, tooMany + 50);
    expect(play.isTight).toBe(true);
    return play;
  }

  test('those may come in who will wait for a moment only', () => {
    const play = tight();
    expect(play.run(200, TIGHT_MS / startMs + 1)).toBe(100);
    expect(play.run(startMs, TIGHT_MS / startMs)).toBe(0);
  });

  test('those who were let in before are too many, until they would wait for a moment only', () => {
    const play = tight();
    const { priority } = play.ticket;
    const few = TIGHT_MS / startMs;
    expect(
      [few + 1, few, few + 1].map((entries) => play.law.wantsFewer(priority, entries)),
    ).toEqual([true, false, false]);
  });

  test('one behind nobody comes in, though no pace is known', () => {
    const play = new Play();
    play.law.noteRefusal(play.ticket, 'waited', play.now);
    expect(play.isTight).toBe(true);
    const asks = (entries: number) => play.law.refusesArrival(play.ticket, entries, play.now);
    expect([asks(0), asks(1)]).toEqual([null, 'waitTooLong']);
  });

  test('for the longer, the longer nobody had to be refused', () => {
    const play = tight();
    play.run(100, tooMany);
    play.run(500, 0);
    expect(play.run(startMs, 25)).toBe(0);
    expect(play.run(startMs, 40)).toBe(1);
    play.run(40, tooMany);
    expect(play.run(startMs, 25)).toBe(1);
  });

  test('a second without a refusal is the end of it', () => {
    const play = tight();
    play.run(60, tooMany);
    expect(play.run(1000 - BUCKET_MS, 0)).toBe(0);
    expect(play.isTight).toBe(true);
    play.run(3 * BUCKET_MS, 0);
    expect(play.isTight).toBe(false);
  });

  test('it is tried to let in all who ask, where they could be served while they wait', () => {
    // Two hundred who ask could be served in 400 ms, though they are refused.
    const callers = { asking: 200, outstanding: 20 };
    const play = tight(callers);
    play.run(1100, 220);
    expect(play.run(100, 220)).toBe(0);
    expect(play.isTight).toBe(false);
    // More than those who ask are more than a closed loop can be.
    expect(play.run(100, 300)).toBeGreaterThan(0);
    expect(play.isTight).toBe(true);
  });

  test('not where they are too many, unless they are back at once', () => {
    const play = tight({ asking: 2000, outstanding: 20 });
    expect(play.run(3000, 2000)).toBe(1500);
    // Refused 500 times a second, a hundred clients come back five times each.
    const callers = { asking: 100, outstanding: 20 };
    const back = tight(callers);
    callers.asking = 100;
    back.run(1500, 110);
    expect(back.run(500, 110)).toBe(0);
  });
});

describe('a deadline', () => {
  const at = (deadline: number): Ticket => new SimulatedLimiter().ticket('any', { deadline });

  test('is missed by one that would start at it, or end behind it', () => {
    const law = new PatientLaw(undefined, () => true);
    for (const refuses of [
      (deadline: number) => law.refusesStart(at(deadline), 100),
      (deadline: number) => law.refusesArrival(at(deadline), 0, 100),
    ]) {
      expect([refuses(100), refuses(101)]).toEqual(['deadline', null]);
    }
    // The usual handler takes 10 ms by now.
    law.noteDuration(160, 100);
    expect([law.refusesStart(at(109), 100), law.refusesStart(at(110), 100)]).toEqual([
      'deadline',
      null,
    ]);
    law.noteDuration(10, 100);
    expect([law.refusesStart(at(109), 100), law.refusesStart(at(110), 100)]).toEqual([
      'deadline',
      null,
    ]);
  });

  test('counts the wait for those ahead under overload, and not where everybody may wait', () => {
    const play = new Play();
    play.run(200, 0);
    const ahead = 5;
    const deadline = (): number => play.now + ahead * startMs;
    const open = [deadline(), deadline() - 1].map((when) =>
      play.law.refusesArrival(at(when), ahead, play.now),
    );
    play.run(400, tooMany + 50);
    expect(play.isTight).toBe(true);
    const tight = [deadline() + 1, deadline() - 1].map((when) =>
      play.law.refusesArrival(at(when), ahead, play.now),
    );
    expect([open, tight]).toEqual([
      [null, null],
      [null, 'deadline'],
    ]);
  });
});

test('a queue that was empty meanwhile proves nothing by the wait before', () => {
  const play = new Play();
  play.run(200, 0);
  play.run(340, tooMany + 5);
  play.law.noteBacklog();
  play.run(340, tooMany + 5);
  expect(play.isTight).toBe(false);
  play.run(40, tooMany + 5);
  expect(play.isTight).toBe(true);
});

test('the pace is known from those that started on arrival, too', () => {
  const law = new PatientLaw(undefined, () => true);
  const ticket = new SimulatedLimiter().ticket('any');
  let now = 0.5;
  for (; now < 600; now += startMs) {
    law.noteInlineStart(ticket, now);
    law.noteDuration(0, now);
    law.refusesArrival(ticket, now < 200 ? 0 : tooMany + 50, now);
  }
  expect(law.patienceMs(ticket.priority)).toBeLessThan(PATIENCE_MS);
});
