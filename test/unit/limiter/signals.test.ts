// The signals that take waiting calls back: one listener a signal, and no harm from a signal that throws.

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AbortSignalLike, createLimiter } from '../../../src/limiter/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const law = { law: 'timed', waitMs: 100 } as const;
function pending<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const names = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  results.map((each) => (each.status === 'fulfilled' ? each.value : each.reason));

describe('a signal that many calls share', () => {
  test('has one listener while calls wait, and none when none does', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: law });
    const { signal } = new AbortController();
    const first = pending<string>();
    const calls = [limiter.run(() => first.promise, { signal })];
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    for (let i = 0; i < 30; i++) calls.push(limiter.run(() => `call ${i}`, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    first.resolve('first');
    await vi.runAllTimersAsync();
    expect(await Promise.all(calls)).toHaveLength(31);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('takes all of them back at once, in their order, but those that run or were refused', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: { ...law, entriesMax: 3 } });
    const controller = new AbortController();
    const { signal } = controller;
    const told: unknown[] = [];
    const first = pending<string>();
    const calls = ['runs', 'a', 'b', 'c', 'too many'].map((name) =>
      limiter
        .run(() => first.promise, { signal })
        .then(
          () => told.push(name),
          (reason: unknown) => told.push(`${name}: ${String(reason)}`),
        ),
    );
    controller.abort('over');
    expect(limiter.stats()).toMatchObject({ inFlight: 1, queued: 0, gone: 3, refused: 1 });
    first.resolve('');
    await Promise.all(calls);
    expect(told.sort()).toEqual([
      'a: over',
      'b: over',
      'c: over',
      expect.stringMatching(/^runs/),
      expect.stringMatching(/^too many: Refused/),
    ]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('takes a call back that was offered within another, which has aborted it', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: law });
    const controller = new AbortController();
    const { signal } = controller;
    let inner: Promise<unknown> = Promise.resolve();
    const outer = limiter.run(async () => {
      inner = limiter.run(() => 'inner', { signal });
      controller.abort('within');
      await inner.catch(() => {});
      return 'outer';
    });
    await expect(inner).rejects.toBe('within');
    await expect(outer).resolves.toBe('outer');
    expect(limiter.stats()).toMatchObject({ inFlight: 0, queued: 0, gone: 1 });
  });
});

describe('a signal of somebody`s own', () => {
  const good: AbortSignalLike = {
    aborted: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  };
  const fails = (what: string) => (): never => {
    throw new Error(what);
  };

  test.each<[string, AbortSignalLike, unknown]>([
    ['add', { ...good, addEventListener: fails('add') }, new Error('add')],
    ['remove', { ...good, removeEventListener: fails('remove') }, 'second'],
    [
      'reason',
      {
        ...good,
        addEventListener: (_, listener) => listener(),
        get reason(): never {
          throw new Error('reason');
        },
      },
      new Error('reason'),
    ],
    [
      'at once',
      { ...good, addEventListener: (_, listener) => listener(), reason: 'at once' },
      'at once',
    ],
  ])(
    'that throws in %s, or calls early, costs no slot and no other call',
    async (_, signal, expected) => {
      const limiter = createLimiter({ concurrency: 1, queue: law });
      const first = pending<string>();
      const calls = [
        limiter.run(() => first.promise),
        limiter.run(() => 'second', { signal }),
        limiter.run(() => 'third'),
      ];
      const settled = Promise.allSettled(calls);
      first.resolve('first');
      await vi.runAllTimersAsync();
      expect(names(await settled)).toEqual(['first', expected, 'third']);
      expect(limiter.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    },
  );

  test('that throws when it is left is no hindrance to a refusal', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: law });
    const first = pending<string>();
    const calls = [
      limiter.run(() => first.promise),
      limiter.run(() => 'never', { signal: { ...good, removeEventListener: fails('remove') } }),
      limiter.run(() => 'never'),
    ];
    const settled = Promise.allSettled(calls);
    await vi.advanceTimersByTimeAsync(200);
    first.resolve('first');
    await vi.runAllTimersAsync();
    expect(names(await settled)).toEqual([
      'first',
      expect.objectContaining({ reason: 'waited' }),
      expect.objectContaining({ reason: 'waited' }),
    ]);
  });
});
