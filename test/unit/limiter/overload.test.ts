// One class of requests: when overload is proven, what may wait then, and how it is found to be over.

import { describe, expect, test } from 'vitest';
import {
  Overload,
  PATIENCE_MS,
  TIGHT_MS,
  TIGHT_MS_MAX,
} from '../../../src/limiter/laws/overload.js';

/** Proven at 0. */
function proven(): Overload {
  const overload = new Overload();
  overload.prove(0);
  return overload;
}

/** Closes buckets of 20 ms until `to`; in each of them so many were refused. */
function run(overload: Overload, from: number, to: number, given: Partial<Bucket> = {}): void {
  const { refused, asking, intervalMs } = { refused: 0, asking: 100, intervalMs: 1000, ...given };
  for (let now = from + 20; now <= to; now += 20) {
    if (refused > 0) overload.noteRefusal(now);
    overload.refused = refused;
    overload.closeBucket(asking, intervalMs, now);
  }
}

interface Bucket {
  readonly refused: number;
  readonly asking: number;
  readonly intervalMs: number;
}

describe('a wait beyond patience', () => {
  test('proves it when it was expected for 350 ms', () => {
    const overload = new Overload();
    const proves = [0, 349, 350].map((now) => overload.foresee(PATIENCE_MS, false, now));
    expect(proves).toEqual([false, false, true]);
  });

  test.each<[string, (overload: Overload) => void]>([
    ['a shorter one', (overload) => void overload.foresee(PATIENCE_MS - 0.1, false, 100)],
    ['an empty queue', (overload) => overload.noteEmpty()],
  ])('is expected anew after %s', (_what, interrupt) => {
    const overload = new Overload();
    overload.foresee(PATIENCE_MS, false, 0);
    interrupt(overload);
    const proves = [200, 549, 550].map((now) => overload.foresee(PATIENCE_MS, false, now));
    expect(proves).toEqual([false, false, true]);
  });

  test('of a closed loop proves nothing, until it is one no more', () => {
    const overload = new Overload();
    const proves = [0, 1000].map((now) => overload.foresee(PATIENCE_MS, true, now));
    expect([proves, overload.foresee(PATIENCE_MS, false, 1000)]).toEqual([[false, false], true]);
  });

  test('proves nothing that is proven', () => {
    const overload = proven();
    expect([0, 1000].map((now) => overload.foresee(PATIENCE_MS, false, now))).toEqual([
      false,
      false,
    ]);
  });

  test('that was expected before a proof is expected anew after its end', () => {
    const overload = new Overload();
    overload.foresee(PATIENCE_MS, false, 0);
    overload.prove(100);
    run(overload, 100, 1100);
    expect([overload.isProven, overload.foresee(PATIENCE_MS, false, 1101)]).toEqual([false, false]);
  });
});

describe('clients who leave while they wait', () => {
  test.each([
    [0, 4, false],
    [0, 5, true],
    [20, 10, false],
    [20, 11, true],
  ])('with %i starts, %i of them prove it: %s', (starts, left, isProven) => {
    const overload = new Overload();
    for (let i = 0; i < starts; i++) overload.noteStart();
    for (let i = 0; i < left; i++) overload.noteLeft(100);
    overload.closeBucket(0, 1, 20);
    expect(overload.isProven).toBe(isProven);
  });

  test.each([
    [TIGHT_MS - 0.1, false],
    [TIGHT_MS, true],
  ])('of %i ms prove it, unless they would have left under any law: %s', (waitedMs, isProven) => {
    const overload = new Overload();
    for (let i = 0; i < 100; i++) overload.noteLeft(waitedMs);
    overload.closeBucket(0, 1, 20);
    expect(overload.isProven).toBe(isProven);
  });

  test('are forgotten by a fifth each bucket', () => {
    const leave = (buckets: number): boolean => {
      const overload = new Overload();
      for (let now = 20; now <= 20 * buckets; now += 20) {
        overload.noteLeft(100);
        overload.closeBucket(0, 1, now);
      }
      return overload.isProven;
    };
    // 1 + 0.8 + 0.64 + …: beyond 4 with the eighth.
    expect([leave(7), leave(8)]).toEqual([false, true]);
  });

  test('end a trial', () => {
    const overload = proven();
    run(overload, 0, 1000, { refused: 1, asking: 100, intervalMs: 5 });
    expect(overload.isOpen).toBe(true);
    for (let i = 0; i < 5; i++) overload.noteLeft(100);
    overload.closeBucket(100, 5, 1020);
    expect([overload.isOpen, overload.isProven, overload.hasSurplus]).toEqual([false, true, true]);
  });
});

describe('under overload', () => {
  test('the wait is held short, and what waits for longer is a surplus', () => {
    const overload = proven();
    expect([overload.isOpen, overload.hasSurplus, overload.tightPatienceMs]).toEqual([
      false,
      true,
      TIGHT_MS,
    ]);
    expect([overload.allows(1000, TIGHT_MS), overload.allows(0, TIGHT_MS + 0.1)]).toEqual([
      true,
      false,
    ]);
    overload.noteQueue(10, TIGHT_MS + 0.1);
    expect(overload.hasSurplus).toBe(true);
    overload.noteQueue(10, TIGHT_MS);
    expect(overload.hasSurplus).toBe(false);
    // It was none, and does not become one by waiting.
    overload.noteQueue(10, 1000);
    expect(overload.hasSurplus).toBe(false);
  });

  test('the wait rises by 2 ms a bucket without a refusal, and falls by a fifth with any', () => {
    const overload = proven();
    run(overload, 0, 40);
    expect(overload.tightPatienceMs).toBe(TIGHT_MS + 4);
    run(overload, 40, 900);
    expect(overload.tightPatienceMs).toBe(TIGHT_MS_MAX);
    run(overload, 900, 920, { refused: 1 });
    expect(overload.tightPatienceMs).toBe(0.8 * TIGHT_MS_MAX);
    run(overload, 920, 1220, { refused: 1 });
    expect(overload.tightPatienceMs).toBe(TIGHT_MS);
  });

  test('another proof changes nothing', () => {
    const overload = proven();
    run(overload, 0, 40);
    overload.prove(40);
    expect(overload.tightPatienceMs).toBe(TIGHT_MS + 4);
  });

  test('a second without a refusal is the end of it', () => {
    const overload = proven();
    run(overload, 0, 100, { refused: 1 });
    overload.closeBucket(100, 1000, 1099);
    expect(overload.isProven).toBe(true);
    overload.closeBucket(100, 1000, 1100);
    expect([overload.isProven, overload.isOpen, overload.hasSurplus]).toEqual([false, true, false]);
    expect(overload.allows(1000, 1e6)).toBe(true);
  });

  test.each([
    [[TIGHT_MS + 0.1], true],
    [[TIGHT_MS], false],
    [[TIGHT_MS + 0.1, TIGHT_MS], false],
  ])(
    'a second without a refusal is no end of it where the last who came expects to wait too long: %j',
    (waits, isProven) => {
      const overload = proven();
      for (const expectedMs of waits) overload.noteArrival(expectedMs);
      overload.closeBucket(100, 1000, 1000);
      expect(overload.isProven).toBe(isProven);
      // Who comes no more waits no more.
      overload.closeBucket(100, 1000, 1020);
      expect(overload.isProven).toBe(false);
    },
  );
});

describe('a trial', () => {
  /** A hundred who ask could be served in 500 ms. */
  const canBeServed = { refused: 1, asking: 100, intervalMs: 5 };

  test('lets in all who ask, and a quarter more, from a second after the proof', () => {
    const overload = proven();
    run(overload, 0, 980, canBeServed);
    expect(overload.isOpen).toBe(false);
    run(overload, 980, 1000, canBeServed);
    expect([overload.isOpen, overload.isProven, overload.hasSurplus]).toEqual([true, true, false]);
    expect([overload.allows(125, 1e6), overload.allows(126, 0)]).toEqual([true, false]);
  });

  test('lets in those who are served while they wait, where nobody knows how many ask', () => {
    const overload = proven();
    run(overload, 0, 1000, { refused: 1, asking: 0, intervalMs: 5 });
    expect(overload.isOpen).toBe(true);
    expect([overload.allows(100, 1e6), overload.allows(101, 0)]).toEqual([true, false]);
  });

  test('is made while some are refused only', () => {
    const overload = proven();
    run(overload, 0, 500, canBeServed);
    run(overload, 500, 1400, { ...canBeServed, refused: 0 });
    expect(overload.isOpen).toBe(false);
    run(overload, 1400, 1420, canBeServed);
    expect(overload.isOpen).toBe(true);
  });

  test('fails by a refusal, and the next comes after twice the time, up to eight seconds', () => {
    const overload = proven();
    let now = 0;
    const pauses = [0, 1, 2, 3, 4].map(() => {
      const from = now;
      while (!overload.isOpen) {
        run(overload, now, now + 20, canBeServed);
        now += 20;
      }
      overload.noteRefusal(now);
      expect([overload.isOpen, overload.hasSurplus]).toEqual([false, true]);
      return now - from;
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  test('in which nobody was refused for a second is the end of overload', () => {
    const overload = proven();
    run(overload, 0, 1000, canBeServed);
    run(overload, 1000, 1980);
    expect(overload.isProven).toBe(true);
    overload.noteArrival(400);
    run(overload, 1980, 2000);
    expect([overload.isProven, overload.isOpen]).toEqual([false, true]);
  });

  test('that succeeded behind one that failed does not shorten the next pause', () => {
    const overload = proven();
    run(overload, 0, 1000, canBeServed);
    overload.noteRefusal(1000);
    run(overload, 1000, 3000, canBeServed);
    expect(overload.isOpen).toBe(true);
    run(overload, 3000, 4000);
    expect(overload.isProven).toBe(false);
    overload.prove(5000);
    run(overload, 5000, 8980, canBeServed);
    expect(overload.isOpen).toBe(false);
    run(overload, 8980, 9000, canBeServed);
    expect(overload.isOpen).toBe(true);
  });

  test('comes soon again after an overload that ended without one', () => {
    const overload = proven();
    run(overload, 0, 1000, canBeServed);
    overload.noteRefusal(1000);
    run(overload, 1000, 2000);
    expect(overload.isProven).toBe(false);
    overload.prove(2000);
    run(overload, 2000, 3000, canBeServed);
    expect(overload.isOpen).toBe(true);
  });

  test('is put off for a second where all who ask are too many, and are not back at once', () => {
    const overload = proven();
    run(overload, 0, 1000, { ...canBeServed, intervalMs: 5.1 });
    expect(overload.isOpen).toBe(false);
    run(overload, 1000, 1980, canBeServed);
    expect(overload.isOpen).toBe(false);
    run(overload, 1980, 2000, canBeServed);
    expect(overload.isOpen).toBe(true);
  });

  test('is made where they are too many, and those who are refused are back within 250 ms', () => {
    // A hundred who are back within 250 ms are refused 400 times a second, which is eight times a bucket.
    for (const [refused, isOpen] of [
      [7, false],
      [9, true],
    ] as const) {
      const overload = proven();
      run(overload, 0, 3000, { refused, asking: 100, intervalMs: 1000 });
      expect(overload.isOpen).toBe(isOpen);
    }
  });

  describe('where a proof came by those who left', () => {
    /** They had waited for 300 ms. */
    function left(): Overload {
      const overload = new Overload();
      for (let i = 0; i < 5; i++) overload.noteLeft(300);
      overload.closeBucket(100, 3, 0);
      return overload;
    }

    test.each([
      [3, true],
      [3.1, false],
    ])('is made at once if they need wait no longer again: %i ms each', (intervalMs, isOpen) => {
      const overload = left();
      expect(overload.isProven).toBe(true);
      run(overload, 0, 1000, { refused: 1, asking: 100, intervalMs });
      expect(overload.isOpen).toBe(isOpen);
    });

    test('is made eight seconds later if they need', () => {
      const overload = left();
      run(overload, 0, 8980, { refused: 1, asking: 100, intervalMs: 4 });
      expect(overload.isOpen).toBe(false);
      run(overload, 8980, 9000, { refused: 1, asking: 100, intervalMs: 4 });
      expect(overload.isOpen).toBe(true);
    });
  });
});
