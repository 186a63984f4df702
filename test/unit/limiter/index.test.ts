import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLimiter, Refused } from '../../../src/limiter/index.js';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A promise, and who settles it. */
function pending<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('run', () => {
  test('gives what the function gives, or promises, or throws', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    await expect(limiter.run(() => 1)).resolves.toBe(1);
    await expect(limiter.run(async () => 2)).resolves.toBe(2);
    await expect(
      limiter.run(() => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    await expect(limiter.run(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(limiter.stats()).toMatchObject({
      inFlight: 0,
      released: { finished: 2, failed: 2 },
    });
  });

  test.each([null, undefined, 0, 'text', { a: 1 }, [1]])('gives %j as it is', async (value) => {
    const limiter = createLimiter({ concurrency: 1 });
    await expect(limiter.run(() => value)).resolves.toBe(value);
    expect(limiter.stats().inFlight).toBe(0);
  });

  test('frees the slot of what gives no promise before it returns', () => {
    const limiter = createLimiter({ concurrency: 1 });
    const started: number[] = [];
    for (const i of [1, 2, 3]) void limiter.run(() => started.push(i));
    expect(started).toEqual([1, 2, 3]);
    expect(limiter.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  });

  test.each([
    ['an object', (then: unknown) => ({ then })],
    ['a function', (then: unknown) => Object.assign(() => 'called', { then })],
  ])('holds the slot until %s that has a `then` has settled', async (_what, made) => {
    const limiter = createLimiter({ concurrency: 1 });
    let settle: (value: string) => void = () => {};
    const thenable = made((resolve: typeof settle) => {
      settle = resolve;
    }) as unknown as PromiseLike<string>;
    const run = limiter.run(() => thenable);
    await vi.runAllTimersAsync();
    expect(limiter.stats().inFlight).toBe(1);
    settle('settled');
    await expect(run).resolves.toBe('settled');
    expect(limiter.stats().inFlight).toBe(0);
  });

  test('gives a function as it is', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    const value = (): string => 'called';
    await expect(limiter.run(() => value)).resolves.toBe(value);
    expect(limiter.stats().inFlight).toBe(0);
  });

  test('serves who has waited for long, and still waits', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: { law: 'timed', waitMs: 1000 } });
    const first = pending<void>();
    const a = limiter.run(() => first.promise);
    const b = limiter.run(() => 'b');
    await vi.advanceTimersByTimeAsync(500);
    first.resolve();
    await a;
    await vi.runAllTimersAsync();
    await expect(b).resolves.toBe('b');
    expect(limiter.stats().gone).toBe(0);
  });

  test('starts at once while there is a slot, and the next when one comes free', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    const first = pending<string>();
    const started: string[] = [];
    const a = limiter.run(() => {
      started.push('a');
      return first.promise;
    });
    const b = limiter.run(() => {
      started.push('b');
      return 'b';
    });
    expect(started).toEqual(['a']);
    first.resolve('a');
    await expect(a).resolves.toBe('a');
    await vi.runAllTimersAsync();
    await expect(b).resolves.toBe('b');
    expect(started).toEqual(['a', 'b']);
  });

  test('may be called from within the function', async () => {
    const limiter = createLimiter({ concurrency: 2 });
    await expect(limiter.run(() => limiter.run(() => 'inner'))).resolves.toBe('inner');
  });

  test('rejects with Refused where the queue is full', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: { entriesMax: 1 } });
    void limiter.run(() => pending().promise);
    void limiter.run(() => 'waits').catch(() => {});
    const refused = await limiter.run(() => 'never').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ code: 'SLUICE_REFUSED', reason: 'queueFull' });
    expect((refused as Refused).retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect((refused as Refused).retryAfterMs).toBeLessThan(3000);
  });

  test('rejects in time, by one timer, though no slot comes free', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: { law: 'timed', waitMs: 100 } });
    void limiter.run(() => pending().promise);
    const reasons: unknown[] = [];
    const call = (deadline?: number): void => {
      limiter
        .run(() => 'never', deadline === undefined ? {} : { deadline })
        .catch((error: Refused) => reasons.push(error.reason));
    };
    call();
    call(30);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(29);
    expect(reasons).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reasons).toEqual(['deadline']);
    await vi.advanceTimersByTimeAsync(70);
    expect(reasons).toEqual(['deadline', 'waited']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('takes a waiting call back when its signal aborts, and leaves a running one alone', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    const running = new AbortController();
    const waiting = new AbortController();
    const removed = vi.spyOn(waiting.signal, 'removeEventListener');
    const first = pending<string>();
    const a = limiter.run(() => first.promise, { signal: running.signal });
    const b = limiter.run(() => 'never', { signal: waiting.signal });
    running.abort();
    waiting.abort(new Error('no longer wanted'));
    await expect(b).rejects.toThrow('no longer wanted');
    expect(limiter.stats()).toMatchObject({ inFlight: 1, queued: 0, gone: 1 });
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
    expect(vi.getTimerCount()).toBe(0);
    first.resolve('done');
    await expect(a).resolves.toBe('done');
  });

  test('is not called at all with a signal that has aborted', async () => {
    const limiter = createLimiter();
    const fn = vi.fn();
    await expect(limiter.run(fn, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(fn).not.toHaveBeenCalled();
    expect(limiter.stats().offered).toBe(0);
  });

  test('leaves no listener on the signal', async () => {
    const limiter = createLimiter({ concurrency: 1, queue: { entriesMax: 1 } });
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const first = pending<void>();
    const a = limiter.run(() => first.promise, { signal });
    const b = limiter.run(() => 'b', { signal });
    await expect(limiter.run(() => 'refused', { signal })).rejects.toThrow(Refused);
    first.resolve();
    await a;
    await vi.runAllTimersAsync();
    await b;
    // One for the two that had to wait, and none for the one that was called at once.
    expect(added).toHaveBeenCalledTimes(1);
    expect(new Set(removed.mock.calls.flat())).toEqual(new Set(added.mock.calls.flat()));
  });

  test('serves by priority, then by turns among keys', async () => {
    // With this seed the two keys have buckets of their own.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const limiter = createLimiter({ concurrency: 1 });
    const first = pending<void>();
    const order: string[] = [];
    const all = [limiter.run(() => first.promise)];
    const call = (name: string, options: Parameters<typeof limiter.run>[1]): void => {
      all.push(
        limiter.run(() => {
          order.push(name);
        }, options),
      );
    };
    call('sheddable', { priority: 'sheddable' });
    call('a1', { key: 'a' });
    call('a2', { key: 'a' });
    call('b1', { key: 'b' });
    call('critical', { priority: 'critical' });
    first.resolve();
    await vi.runAllTimersAsync();
    await Promise.all(all);
    expect(order).toEqual(['critical', 'a1', 'b1', 'a2', 'sheddable']);
  });
});

describe('what does not fit', () => {
  test('is thrown at once by createLimiter', () => {
    expect(() => createLimiter({ concurrency: 0 })).toThrow(RangeError);
  });

  test.each([
    [{ priority: 'urgent' }, RangeError, 'priority'],
    [{ key: 4 }, TypeError, 'key'],
    [{ deadline: 0 }, RangeError, 'deadline'],
    [{ signal: {} }, TypeError, 'signal'],
    [{ signal: 'stop' }, TypeError, 'signal'],
    [{ signal: { addEventListener() {} } }, TypeError, 'signal'],
    [{ signal: { removeEventListener() {} } }, TypeError, 'signal'],
    [{ timeout: 4 }, TypeError, 'timeout'],
    [null, TypeError, 'options'],
  ])('rejects the promise of run: %j', async (options, Kind, path) => {
    const limiter = createLimiter();
    const run = limiter.run(() => 'never', options as never);
    await expect(run).rejects.toBeInstanceOf(Kind);
    await expect(run).rejects.toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    await expect(run).rejects.toThrow(new RegExp(`^${path}: (got |unknown option)`));
  });
});
