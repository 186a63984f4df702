// Memory for content, and that V8 is asked to collect it while it is young.

import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { ContentMemory, youngCollector } from '../../../src/io/content-memory.js';

const { NODE_PERFORMANCE_GC_FLAGS_FORCED: FORCED, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants;
const FULL = 64 * 1024;
const MADE_BETWEEN = (32 * 1024 * 1024) / FULL;

describe('memory for content', () => {
  test('is as long as asked, and shared with none before', () => {
    const memory = new ContentMemory(() => () => {});
    const first = memory.make(100);
    const second = memory.make(100);
    expect(first.buffer.byteLength).toBe(100);
    expect(first.length).toBe(100);
    expect(second.buffer).not.toBe(first.buffer);
  });

  test('is collected before more is made than 32 MiB, each time', () => {
    let found = 0;
    const collectedAt: number[] = [];
    let made = 0;
    const memory = new ContentMemory(() => {
      found++;
      return () => collectedAt.push(made);
    });
    for (; made < 3 * MADE_BETWEEN; made++) memory.make(FULL);
    expect(collectedAt).toEqual([MADE_BETWEEN, 2 * MADE_BETWEEN]);
    expect(found).toBe(1);
  });

  test('in pieces longer than that is collected before each', () => {
    let collections = 0;
    const memory = new ContentMemory(() => () => collections++);
    for (let i = 0; i < 3; i++) memory.make(MADE_BETWEEN * FULL + 1);
    expect(collections).toBe(3);
    memory.make(1);
    expect(collections).toBe(4);
  });
});

/** How many collections, all of them forced, `work` made. */
async function collectionsOf(work: () => void): Promise<number[]> {
  const kinds: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind, flags } = Reflect.get(entry, 'detail') as NodeGCPerformanceDetail;
      if (flags & FORCED) kinds.push(kind);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  work();
  // Entries are told in a turn of their own.
  for (let i = 0; i < 100 && kinds.length === 0; i++) await new Promise(setImmediate);
  observer.disconnect();
  return kinds;
}

describe('the collector', () => {
  test('collects young objects and no others, where V8 would be late', async () => {
    expect(await collectionsOf(youngCollector('13.6.233'))).toEqual([MINOR]);
  });

  test('does nothing where V8 sees to it', async () => {
    expect(await collectionsOf(youngCollector('12.4.254'))).toEqual([]);
  });

  test.each([
    ['--no-expose-gc', 'undefined'],
    ['--expose-gc', 'function'],
  ])('leaves the flag as it was: %s', (flag, type) => {
    const before = runInNewContext('typeof gc') === 'function' ? '--expose-gc' : '--no-expose-gc';
    setFlagsFromString(flag);
    try {
      youngCollector('13.6.233')();
      expect(runInNewContext('typeof gc')).toBe(type);
    } finally {
      setFlagsFromString(before);
    }
  });

  test('is not what the program calls gc', () => {
    const own = vi.fn();
    vi.stubGlobal('gc', own);
    youngCollector('13.6.233')();
    vi.unstubAllGlobals();
    expect(own).not.toHaveBeenCalled();
  });
});
