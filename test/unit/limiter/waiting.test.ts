// `run(async ({ waiting }) => …)`: what is waited for on purpose takes no slot.

import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../../src/limiter/index.js';
import { expectNoEscapes, turns } from '../../support/escapes.js';

function deferred<T>(): { promise: Promise<T>; resolve(value: T): void; reject(e: unknown): void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

const one = { concurrency: 1, queue: { waitMs: 60_000 } } as const;

describe('waiting', () => {
  expectNoEscapes();

  test('lets others run meanwhile, and passes on what came', async () => {
    const limiter = createLimiter(one);
    const news = deferred<string>();
    const long = limiter.run(async ({ waiting }) => `got ${await waiting(news.promise)}`);
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    await expect(limiter.run(() => 'short')).resolves.toBe('short');
    news.resolve('news');
    await expect(long).resolves.toBe('got news');
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0, released: { finished: 2 } });
  });

  test('passes on what it was rejected with, and holds the slot again', async () => {
    const limiter = createLimiter(one);
    const error = new Error('no news');
    let held = -1;
    const run = limiter.run(async ({ waiting }) => {
      await waiting(Promise.reject(error)).catch((came: unknown) => {
        held = limiter.stats().inFlight;
        throw came;
      });
    });
    await expect(run).rejects.toBe(error);
    expect(held).toBe(1);
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });

  test.each<[string, PromiseLike<string>]>([
    // biome-ignore-start lint/suspicious/noThenProperty: foreign thenables are what is tested.
    [
      'settles twice',
      { then: (ok?: ((v: string) => never) | null) => [ok?.('a'), ok?.('b')] } as never,
    ],
    [
      'settles and throws',
      {
        then: (ok?: (v: string) => void) => {
          ok?.('a');
          throw new Error('late');
        },
      } as never,
    ],
    // biome-ignore-end lint/suspicious/noThenProperty: see above.
  ])('a thenable that %s counts once', async (_what, thenable) => {
    const limiter = createLimiter(one);
    await expect(limiter.run(({ waiting }) => waiting(thenable))).resolves.toBe('a');
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0, admitted: 1 });
  });

  test('a thenable whose then throws rejects, and costs no slot', async () => {
    const limiter = createLimiter(one);
    const bad = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('no then');
      },
    });
    await expect(limiter.run(({ waiting }) => waiting(bad))).rejects.toThrow('no then');
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });

  test('what is no promise is given back', async () => {
    await expect(createLimiter(one).run(({ waiting }) => waiting(7))).resolves.toBe(7);
  });

  test('that nobody awaits, and that fails after its call has ended, hurts nobody', async () => {
    const limiter = createLimiter(one);
    const late = deferred<never>();
    await limiter.run(({ waiting }) => {
      void waiting(late.promise);
    });
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0 });
    late.reject(new Error('late'));
    await turns();
    expect(limiter.stats()).toMatchObject({ inFlight: 0, parked: 0 });
    await expect(limiter.run(() => 'fine')).resolves.toBe('fine');
  });
});
