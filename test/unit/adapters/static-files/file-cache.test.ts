import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedFile } from '../../../../src/adapters/static-files/cached-file.js';
import type { FileState } from '../../../../src/adapters/static-files/contained-file.js';
import {
  COARSE_SETTLED_AFTER_MS,
  FileCache,
  SETTLED_AFTER_MS,
} from '../../../../src/adapters/static-files/file-cache.js';
import { bytes, MemoryHandle } from './memory-handle.js';

const NOW = 1_000_000;
const KIB = 1024;
/** Times of change, in ms: of a file system that counts fractions of a second, and of one that does not. */
const FINE = 7004;
const COARSE = 7000;

/** The state of a file of this size; `version` tells one change from another. */
function stateOf(size: number, version = 1, changedMs = 0): FileState {
  const changedNs = BigInt(changedMs) * 1_000_000n;
  return { device: 1n, inode: BigInt(version), size: BigInt(size), modifiedNs: 0n, changedNs };
}

function cacheOf(cacheBytesMax: number, cacheFileBytesMax = cacheBytesMax): FileCache {
  return new FileCache(
    { cacheBytesMax, cacheFileBytesMax },
    async () => true,
    () => NOW,
  );
}

/** Reads a file into the cache and closes it again. True if it was kept. */
async function keep(cache: FileCache, path: string, size: number): Promise<boolean> {
  const file = await cache.read(path, stateOf(size), new MemoryHandle(bytes(size)));
  file?.close();
  return file !== undefined;
}

function has(cache: FileCache, ...paths: string[]): boolean[] {
  return paths.map((path) => {
    const entry = cache.open(path);
    entry?.close();
    return entry !== undefined;
  });
}

async function contentOf(file: CachedFile | undefined): Promise<Uint8Array | undefined> {
  return file?.content(0, file.size, false, { completed: new Promise(() => {}) });
}

describe('what is kept', () => {
  test('is the whole file, read once, its handle closed', async () => {
    const cache = cacheOf(100 * KIB);
    const handle = new MemoryHandle(bytes(10 * KIB), 1000);
    const file = await cache.read('/a', stateOf(10 * KIB), handle);
    expect(handle.closed).toBe(1);
    expect(await contentOf(file)).toEqual(bytes(10 * KIB));
    expect(cache.open('/a')).toBe(file);
    expect(cache.open('/b')).toBeUndefined();
  });

  test.each([
    [FINE, SETTLED_AFTER_MS - 1, false],
    [FINE, SETTLED_AFTER_MS, true],
    [FINE, SETTLED_AFTER_MS + 1, true],
    [COARSE, COARSE_SETTLED_AFTER_MS - 1, false],
    [COARSE, COARSE_SETTLED_AFTER_MS, true],
    [COARSE, COARSE_SETTLED_AFTER_MS + 1, true],
    [FINE, -1, false], // By the clock of a server elsewhere, that is ahead of ours.
  ])(
    'has been left alone for long enough: changed at %i, seen %i ms later: %s',
    async (changedMs, ageMs, isKept) => {
      const limits = { cacheBytesMax: 100 * KIB, cacheFileBytesMax: 100 * KIB };
      const cache = new FileCache(
        limits,
        async () => true,
        () => changedMs + ageMs,
      );
      const handle = new MemoryHandle(bytes(10));
      const file = await cache.read('/a', stateOf(10, 1, changedMs), handle);
      expect(file !== undefined).toBe(isKept);
      // What is not kept is still the caller's to read.
      expect(handle.closed).toBe(isKept ? 1 : 0);
      cache.addDirectory('/d', stateOf(0, 1, changedMs));
      expect(has(cache, '/d')).toEqual([isKept]);
    },
  );

  test.each([
    [KIB - 1, true],
    [KIB, true],
    [KIB + 1, false],
  ])('is not longer than cacheFileBytesMax: %i bytes of 1024: %s', async (size, isKept) => {
    const cache = cacheOf(100 * KIB, KIB);
    expect(await keep(cache, '/a', size)).toBe(isKept);
    expect(cache.bytes > 0).toBe(isKept);
  });

  test('ends where the file ended when it was found, though it became longer', async () => {
    const cache = cacheOf(100 * KIB);
    const file = await cache.read('/a', stateOf(10), new MemoryHandle(bytes(20)));
    expect(await contentOf(file)).toEqual(bytes(10));
  });

  test('is nothing of a file that became shorter, and the room for it is given back', async () => {
    const cache = cacheOf(100 * KIB);
    const handle = new MemoryHandle(bytes(10));
    await expect(cache.read('/a', stateOf(11), handle)).rejects.toThrow(
      'changed while it was read',
    );
    expect(handle.closed).toBe(1);
    expect(cache.bytes).toBe(0);
    expect(await keep(cache, '/a', 10)).toBe(true);
  });
});

describe('a file that many ask for at once', () => {
  test('is read once, for those who found it in the same state', async () => {
    const cache = cacheOf(100 * KIB);
    const handles = [1, 2, 3].map(() => new MemoryHandle(bytes(10)));
    const files = await Promise.all(handles.map((handle) => cache.read('/a', stateOf(10), handle)));
    expect(new Set(files).size).toBe(1);
    expect(handles.map(({ reads }) => reads)).toEqual([1, 0, 0]);
    expect(handles.map(({ closed }) => closed)).toEqual([1, 1, 1]);
    // Each of the three uses it, and closes it.
    for (const file of files) {
      expect(file?.inUse).toBe(true);
      file?.close();
    }
    expect(files[0]?.inUse).toBe(false);
  });

  test('is read again for who found it changed', async () => {
    const cache = cacheOf(100 * KIB);
    const [before, after] = await Promise.all([
      cache.read('/a', stateOf(10, 1), new MemoryHandle(bytes(10))),
      cache.read('/a', stateOf(10, 2), new MemoryHandle(bytes(20).subarray(10))),
    ]);
    expect(await contentOf(before)).toEqual(bytes(10));
    expect(await contentOf(after)).toEqual(bytes(20).subarray(10));
  });

  test('fails for all of them if the reading does', async () => {
    const cache = cacheOf(100 * KIB);
    const handle = new MemoryHandle(bytes(10));
    handle.failure = new Error('EIO');
    const other = new MemoryHandle(bytes(10));
    const [first, second] = await Promise.allSettled([
      cache.read('/a', stateOf(10), handle),
      cache.read('/a', stateOf(10), other),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    expect([handle.closed, other.closed, cache.bytes]).toEqual([1, 1, 0]);
  });
});

describe('room', () => {
  // A file of 20 KiB is charged about 21 KiB.
  const size = 20 * KIB;

  test('is made by giving up what was used longest ago', async () => {
    const cache = cacheOf(64 * KIB);
    for (const path of ['/a', '/b', '/c']) await keep(cache, path, size);
    expect(has(cache, '/a')).toEqual([true]);
    expect(await keep(cache, '/d', size)).toBe(true);
    expect(has(cache, '/a', '/b', '/c', '/d')).toEqual([true, false, true, true]);
    expect(await keep(cache, '/e', 2 * size)).toBe(true);
    expect(has(cache, '/a', '/c', '/d', '/e')).toEqual([false, false, true, true]);
  });

  test('is not made by what is in use, nor at any cost to the others', async () => {
    const cache = cacheOf(64 * KIB);
    for (const path of ['/a', '/b', '/c']) await keep(cache, path, size);
    cache.open('/a');
    expect(await keep(cache, '/d', 3 * size)).toBe(false);
    expect(has(cache, '/a', '/b', '/c')).toEqual([true, true, true]);
    expect(await keep(cache, '/d', size)).toBe(true);
    expect(has(cache, '/a', '/b', '/c')).toEqual([true, false, true]);
  });

  test('comes back from what was given up only when its last user is done', async () => {
    const cache = cacheOf(22 * KIB);
    await keep(cache, '/a', size);
    const users = [cache.open('/a'), cache.open('/a')];
    const [entry] = users;
    if (entry !== undefined) cache.drop(entry);
    expect(has(cache, '/a')).toEqual([false]);
    for (const user of users) {
      expect(await keep(cache, '/b', size)).toBe(false);
      await user?.close();
    }
    expect(cache.bytes).toBe(0);
    expect(await keep(cache, '/b', size)).toBe(true);
  });

  test('is held by a long file for as long as it is being sent', async () => {
    const cache = cacheOf(100 * KIB);
    await keep(cache, '/a', 70 * KIB);
    const file = cache.open('/a') as CachedFile;
    let complete = (): void => {};
    const completed = new Promise<{ delivered: true }>((resolve) => {
      complete = () => resolve({ delivered: true });
    });
    const part = await file.content(10, 20, false, { completed });
    expect(part).toEqual(bytes(30).subarray(10));
    expect(await keep(cache, '/b', 70 * KIB)).toBe(false);
    complete();
    await completed;
    expect(await keep(cache, '/b', 70 * KIB)).toBe(true);
  });

  test('is never used beyond cacheBytesMax, and all of it comes back', async () => {
    // Law: whatever is read, opened, dropped and closed, the charge stays within the budget,
    // covers all content that is reachable, and is 0 when everything is given up.
    const act = fc.record({
      kind: fc.constantFrom('read', 'open', 'drop', 'close', 'directory'),
      path: fc.constantFrom('/a', '/b', '/c', '/d', '/e'),
      size: fc.integer({ min: 0, max: 30 * KIB }),
      version: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const cache = cacheOf(64 * KIB);
        const inUse: { path: string; size: number; close(): unknown }[] = [];
        for (const { kind, path, size: length, version } of acts) {
          if (kind === 'read') {
            const handles = [1, 2].map(() => new MemoryHandle(bytes(length)));
            const reading = handles.map((h) => cache.read(path, stateOf(length, version), h));
            expect(cache.bytes).toBeLessThanOrEqual(64 * KIB);
            for (const file of await Promise.all(reading)) {
              if (file !== undefined) inUse.push(file);
            }
          } else if (kind === 'directory') {
            cache.addDirectory(path, stateOf(0, version));
          } else if (kind === 'close') {
            inUse.shift()?.close();
          } else {
            const entry = cache.open(path);
            if (entry === undefined) continue;
            if (kind === 'drop') cache.drop(entry);
            entry.close();
          }
          expect(cache.bytes).toBeLessThanOrEqual(64 * KIB);
          const held = [...new Set(inUse)].reduce((sum, file) => sum + file.size, 0);
          expect(cache.bytes).toBeGreaterThanOrEqual(held);
        }
        for (const file of inUse) file.close();
        for (const path of ['/a', '/b', '/c', '/d', '/e']) {
          const entry = cache.open(path);
          if (entry === undefined) continue;
          cache.drop(entry);
          entry.close();
        }
        expect(cache.bytes).toBe(0);
      }),
    );
  });
});
