import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateMeter } from '../../../src/conn/clock/rate-meter.js';

const RATE = 240;
const CAP_MS = 30_000;

interface Piece {
  readonly afterMs: number;
  readonly bytes: number;
}

const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 60_000 })),
    bytes: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 10_000 }), fc.constant(1_000_000)),
  }),
  { maxLength: 40 },
);

/** When a meter that is looked at each second cuts; undefined where it doesn't until `untilMs`. */
function cutAt(schedule: readonly Piece[], untilMs: number): number | undefined {
  const meter = new RateMeter(RATE, CAP_MS);
  meter.start(0);
  let at = 0;
  let next = 0;
  let dueMs = schedule[0]?.afterMs ?? Infinity;
  while (at < untilMs) {
    at += 1000;
    for (; dueMs <= at; dueMs += schedule[next]?.afterMs ?? Infinity) {
      meter.count(schedule[next]?.bytes ?? 0, dueMs);
      next++;
    }
    if (meter.tooSlow(at)) return at;
  }
  return undefined;
}

// A peer that moves what the rate asks for in every stretch of five seconds, in whatever pieces, is never cut.
test('whoever is fast enough in every window is never too slow', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ atMs: fc.nat({ max: 4999 }), more: fc.nat({ max: 2_000_000 }) }), {
        minLength: 1,
        maxLength: 40,
      }),
      (windows) => {
        let last = 0;
        // A piece a window and one in each half of it, so that no stretch of 5 s is without its bytes.
        const schedule = windows.map(({ atMs, more }, i) => {
          const at = i * 2500 + Math.min(atMs, 2499);
          const piece = { afterMs: at - last, bytes: RATE * 2.5 + more };
          last = at;
          return piece;
        });
        expect(cutAt(schedule, last + 2500)).toBeUndefined();
      },
    ),
  );
});

// Whatever came before, a peer that is silent is cut once the cap has passed.
test('no history gives unbounded credit', () => {
  fc.assert(
    fc.property(pieces, (schedule) => {
      const lastMs = schedule.reduce((sum, { afterMs }) => sum + afterMs, 0);
      const at = cutAt(schedule, lastMs + CAP_MS + 2000);
      expect(at).toBeLessThanOrEqual(lastMs + CAP_MS + 1000);
    }),
  );
});

// Whatever came before, a peer that moves half the rate from then on is cut within twice the cap.
test('whoever is too slow for long is cut, however the bytes are spread', () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 100, max: 20_000 }), (schedule, everyMs) => {
      const lastMs = schedule.reduce((sum, { afterMs }) => sum + afterMs, 0);
      const slow = Array.from({ length: Math.ceil((3 * CAP_MS) / everyMs) }, () => ({
        afterMs: everyMs,
        bytes: (RATE * everyMs) / 2000,
      }));
      const at = cutAt([...schedule, ...slow], lastMs + 3 * CAP_MS);
      // The check comes each second, and a piece may lie just before it.
      expect(at).toBeLessThanOrEqual(lastMs + 2 * CAP_MS + everyMs + 1000);
    }),
  );
});

// A meter gives what the schedule alone says: looked at as if the whole past were known.
test('credit is the least of what every stretch up to now allows', () => {
  fc.assert(
    fc.property(pieces, fc.nat({ max: 60_000 }), (schedule, laterMs) => {
      const meter = new RateMeter(RATE, CAP_MS);
      meter.start(0);
      const events: (readonly [at: number, bytes: number])[] = [];
      let at = 0;
      for (const { afterMs, bytes } of schedule) {
        at += afterMs;
        events.push([at, bytes]);
        meter.count(bytes, at);
      }
      const now = at + laterMs;
      const moved = (from: number): number =>
        events.filter(([when]) => when >= from).reduce((sum, [, bytes]) => sum + bytes, 0);
      const since = (from: number): number => (moved(from) * 1000) / RATE - (now - from);
      const credit = Math.min(
        5000 + since(0),
        // Just behind a piece it is at the cap at most.
        ...events.map(([when], i) => {
          const later = events.slice(i + 1).reduce((sum, [, bytes]) => sum + bytes, 0);
          return CAP_MS + (later * 1000) / RATE - (now - when);
        }),
      );
      fc.pre(Math.abs(credit) > 1e-6);
      expect(meter.tooSlow(now)).toBe(credit < 0);
    }),
  );
});
