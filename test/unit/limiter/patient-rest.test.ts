// The default law behind a rest, in which nothing ran or waited.

import { describe, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../../src/limiter/laws/overload.js';
import { BUCKET_MS } from '../../../src/limiter/laws/patient.js';
import { Play, startMs, tooMany } from './patient-play.js';

describe('a rest, in which nothing runs', () => {
  /** Until all who ask are let in on trial, where they could be served while they wait. */
  function trialAfterMs(play: Play): number {
    const from = play.now;
    while (!play.isTight) {
      if (play.now > from + 1000) throw new Error('overload was not proven');
      play.run(20, tooMany + 50);
    }
    while (play.isTight) {
      if (play.now > from + 20_000) throw new Error('no trial came');
      play.run(20, tooMany - 30);
    }
    return play.now - from;
  }
  const asks = { asking: 200, outstanding: 20 };

  test.each([0.1, 1, 10, 999, 1000, 10_000, 3_600_000, 36_000_000])(
    'of %d ms is none of the pace, and delays no trial',
    (restMs) => {
      const usual = new Play(asks);
      usual.run(500, 0);
      const play = new Play(asks);
      play.run(500, 0);
      play.rest(restMs);
      expect(Math.abs(trialAfterMs(play) - trialAfterMs(usual))).toBeLessThanOrEqual(60);
    },
  );

  test('is none where few come, however long they are apart', () => {
    const usual = new Play(asks);
    usual.run(500, 0);
    const play = new Play(asks);
    for (let i = 0; i < 300; i++) play.rest(900);
    expect(Math.abs(trialAfterMs(play) - trialAfterMs(usual))).toBeLessThanOrEqual(60);
  });

  // A wait is expected by the pace: were the rest in it, five that wait would seem to need seconds.
  test('proves nothing: few in the queue behind a quiet hour are few', () => {
    const play = new Play();
    for (let i = 0; i < 20; i++) play.rest(900);
    for (let i = 0; i < 40; i++) {
      play.now += 10;
      expect(play.law.refusesArrival(play.ticket, 5, play.now)).toBe(null);
    }
    expect(play.isTight).toBe(false);
  });

  test.each([
    [999, true],
    [1000, false],
  ])('of %i ms: those who had left before it prove something: %s', (restMs, isTight) => {
    const play = new Play();
    play.run(100, 20);
    for (let i = 0; i < 80; i++) play.leave();
    play.rest(restMs);
    play.run(BUCKET_MS, 0);
    expect(play.isTight).toBe(isTight);
  });

  test('of a second is the end of an overload, and of what was known of its trials', () => {
    const play = new Play(asks);
    play.run(200, 0);
    trialAfterMs(play);
    const first = play.now;
    // On trial more wait than ask: it fails, and the next is put off.
    play.run(100, 300);
    expect(play.isTight).toBe(true);
    play.rest(1000);
    expect([first > 0, play.isTight]).toEqual([true, false]);
    const fresh = new Play(asks);
    fresh.run(20, 0);
    expect(Math.abs(trialAfterMs(play) - trialAfterMs(fresh))).toBeLessThanOrEqual(40);
  });

  test('of a second forgets who called: those who come next may be others', () => {
    const play = new Play({ asking: 300, outstanding: 300 });
    const { priority } = play.ticket;
    play.run(300, 10);
    const closedMs = play.law.patienceMs(priority);
    expect(closedMs).toBeGreaterThan(2 * PATIENCE_MS);
    play.rest(999);
    expect(play.law.patienceMs(priority)).toBe(closedMs);
    play.rest(1000);
    expect(play.law.patienceMs(priority)).toBe(2 * PATIENCE_MS);
  });

  test('is none while something runs, or waits', () => {
    const play = new Play(asks);
    play.run(200, 0);
    play.run(600, tooMany + 50);
    expect(play.isTight).toBe(true);
    play.now += 900;
    play.run(startMs, tooMany);
    expect(play.isTight).toBe(true);
  });
});
