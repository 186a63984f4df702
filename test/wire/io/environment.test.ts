import { describe, expect, test, vi } from 'vitest';
import { nodeEnvironment } from '../../../src/io/environment.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';

const environment = nodeEnvironment();

/** Time passes by `vi.advanceTimersByTime` alone. The clock is bound, so it is its method that is replaced. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const startMs = Date.now();
  vi.spyOn(performance, 'now').mockImplementation(() => 1000 + Date.now() - startMs);
}

describe('the clocks', () => {
  test('read monotonic milliseconds, and the wall', () => {
    let last = environment.now();
    for (let i = 0; i < 1_000; i++) {
      const now = environment.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    const before = Date.now();
    const wall = environment.wallNow();
    expect(wall).toBeGreaterThanOrEqual(before);
    expect(wall).toBeLessThanOrEqual(Date.now());
  });

  test('chance is in [0, 1)', () => {
    const chance = environment.random();
    expect(chance).toBeGreaterThanOrEqual(0);
    expect(chance).toBeLessThan(1);
  });
});

describe('the timer', () => {
  test('never fires before its time', async () => {
    for (const delayMs of [0, 0.4, 1, 2.7, 5]) {
      const at = environment.now() + delayMs;
      let firedAt: number | undefined;
      environment
        .createTimer((now) => {
          firedAt = now;
        })
        .arm(at);
      // The timer alone would not keep the process alive.
      await loopUntil(() => firedAt !== undefined);
      expect(firedAt).toBeGreaterThanOrEqual(at);
    }
  });

  test('fires in the past at once, but not from within arm', async () => {
    let fired = false;
    const timer = environment.createTimer(() => {
      fired = true;
    });
    timer.arm(-1);
    expect(fired).toBe(false);
    await loopUntil(() => fired);
  });

  test('moved to later fires once, later', () => {
    stopTime();
    try {
      const realTimers = vi.spyOn(globalThis, 'setTimeout');
      const fired: number[] = [];
      const timer = environment.createTimer((now) => fired.push(now));
      const start = environment.now();
      timer.arm(start + 10);
      for (let i = 11; i <= 50; i++) timer.arm(start + i);
      // One real timer for forty requests.
      expect(realTimers).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(49);
      expect(fired).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(fired).toEqual([start + 50]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  test('moved to earlier fires once, earlier', () => {
    stopTime();
    try {
      const fired: number[] = [];
      const timer = environment.createTimer((now) => fired.push(now));
      const start = environment.now();
      timer.arm(start + 50);
      timer.arm(start + 10);
      vi.advanceTimersByTime(100);
      expect(fired).toEqual([start + 10]);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  test('stopped does not fire, leaves no timer behind, and may be armed again', () => {
    stopTime();
    try {
      const fired: number[] = [];
      const timer = environment.createTimer((now) => fired.push(now));
      const start = environment.now();
      timer.arm(start + 10);
      timer.stop();
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(20);
      timer.arm(start + 30);
      vi.advanceTimersByTime(20);
      expect(fired).toEqual([start + 30]);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  test('farther away than a real timer can be waits all the same', () => {
    stopTime();
    try {
      const fired: number[] = [];
      const timer = environment.createTimer((now) => fired.push(now));
      const at = environment.now() + 2 ** 32;
      timer.arm(at);
      vi.advanceTimersByTime(2 ** 31);
      expect(fired).toEqual([]);
      vi.advanceTimersByTime(2 ** 31);
      expect(fired).toEqual([at]);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });
});

describe('the tick', () => {
  test.each([
    ['a promise', queueMicrotask],
    ['the loop', setImmediate],
    ['a tick', process.nextTick],
  ])('armed from %s comes once, after promises and before a turn', async (_from, begin) => {
    const order: string[] = [];
    const tick = environment.createTick(() => order.push('tick'));
    const promises = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) await null;
      order.push('promises');
    };
    begin(() => {
      setImmediate(() => order.push('turn'));
      void promises();
      tick.arm();
      tick.arm();
    });
    expect(order).toEqual([]);
    await loopTurns(4);
    expect(order).toEqual(['promises', 'tick', 'turn']);
  });

  test('may be armed from its own callback', async () => {
    let ticks = 0;
    const tick = environment.createTick(() => {
      if (++ticks < 3) tick.arm();
    });
    tick.arm();
    await loopTurns(1);
    expect(ticks).toBe(3);
  });
});

describe('the turn', () => {
  test('comes once however often it is armed, and never at once', async () => {
    let turns = 0;
    const turn = environment.createTurn(() => turns++);
    turn.arm();
    turn.arm();
    expect(turns).toBe(0);
    await Promise.resolve();
    expect(turns).toBe(0);
    await loopTurns(3);
    expect(turns).toBe(1);
  });

  test('armed from its own callback comes a turn later', async () => {
    const seen: number[] = [];
    let loop = 0;
    const turn = environment.createTurn(() => {
      seen.push(loop);
      if (seen.length < 3) turn.arm();
    });
    turn.arm();
    for (; loop < 5; loop++) await loopTurns(1);
    expect(new Set(seen).size).toBe(3);
  });

  test('stopped does not come', async () => {
    let turns = 0;
    const turn = environment.createTurn(() => turns++);
    turn.arm();
    turn.stop();
    await loopTurns(3);
    expect(turns).toBe(0);
    turn.arm();
    await loopTurns(3);
    expect(turns).toBe(1);
  });
});
