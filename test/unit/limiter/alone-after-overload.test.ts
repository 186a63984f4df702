// The limiter alone, which nobody tells how many call: its callers can't stay refused for good.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLimiter, Refused, type TaskLimiter } from '../../../src/limiter/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const work = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isTight = (limiter: TaskLimiter): boolean => limiter.stats().patienceMs.default < 500;

/** Three callers who wait for their answers before they call again, each call 30 ms, one at a time. */
async function threeCallers(limiter: TaskLimiter, rounds: number): Promise<boolean[]> {
  const refused: boolean[] = [];
  for (let round = 0; round < rounds; round++) {
    const calls = [1, 2, 3].map(() => limiter.run(() => work(30)));
    const settled = Promise.allSettled(calls);
    await vi.advanceTimersByTimeAsync(200);
    const results = await settled;
    refused.push(results.some((result) => result.status === 'rejected'));
  }
  return refused;
}

describe('callers who wait for their answers', () => {
  test('are all served though twenty others have changed their mind at once', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    const controller = new AbortController();
    const calls = Array.from({ length: 20 }, () =>
      limiter.run(() => work(1), { signal: controller.signal }),
    );
    const settled = Promise.allSettled(calls);
    controller.abort();
    await vi.advanceTimersByTimeAsync(100);
    await settled;
    expect(await threeCallers(limiter, 20)).not.toContain(true);
  });

  test('are all served again seconds after an overload that was real', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    let refused = 0;
    // Four times what it can do.
    for (let i = 0; i < 400; i++) {
      limiter
        .run(() => work(30))
        .catch((error: unknown) => {
          expect(error).toBeInstanceOf(Refused);
          refused++;
        });
      await vi.advanceTimersByTimeAsync(7.5);
    }
    expect([isTight(limiter), refused > 100]).toEqual([true, true]);
    const rounds = await threeCallers(limiter, 60);
    expect(rounds.slice(40)).not.toContain(true);
    expect(isTight(limiter)).toBe(false);
  });
});
