// Files that are kept in memory are answered as they are on the disk at that moment.

import {
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { StaticFilesOptions } from '../../../../src/adapters/static-files/index.js';
import { inject } from '../../../../src/testing/index.js';
import {
  ask,
  get,
  long,
  place,
  root,
  type Seen,
  serve,
  server,
  useStaticFolder,
} from './static-scene.js';

const world = vi.hoisted(() => ({ opens: 0, aheadMs: 60_000 }));

const MINUTE_MS = 60_000;

// A minute from now, all files of these tests have settled.
vi.mock('../../../../src/adapters/clock.js', () => ({
  timeOfDay: () => Date.now() + world.aheadMs,
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = (...given) => {
    world.opens++;
    return real.open(...given);
  };
  return { ...real, open };
});

beforeEach(() => {
  world.aheadMs = MINUTE_MS;
});
useStaticFolder();

/** How many files are opened by what is done. */
async function opens(act: () => Promise<unknown>): Promise<number> {
  const before = world.opens;
  await act();
  return world.opens - before;
}

/** Writes anew until the file system's clock has moved on: no sleeping. */
function rewrite(path: string, content: string): void {
  const before = statSync(path, { bigint: true }).ctimeNs;
  do writeFileSync(path, content);
  while (statSync(path, { bigint: true }).ctimeNs === before);
}

describe('a file that was kept', () => {
  test.each(['/a.txt', '/long.bin', '/empty.txt', '/link.txt', '/', '/dir/', '/nothing'])(
    'is not opened again, and answered in the same way: %s',
    async (target) => {
      let first: Seen | undefined;
      expect(await opens(async () => (first = await get(target)))).toBeGreaterThan(0);
      let again: Seen | undefined;
      // What is missing is looked for each time; its page is kept.
      const missing = target === '/nothing' ? 1 : 0;
      expect(await opens(async () => (again = await get(target)))).toBe(missing);
      expect(again).toEqual(first);
    },
  );

  test('answers every request as it would be answered without a cache', async () => {
    const { etag = '', 'last-modified': modified = '' } = (await get('/long.bin')).headers;
    const asked: [method: string, headers: Record<string, string>][] = [
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { Range: 'bytes=0-0' }],
      ['GET', { Range: 'bytes=1000-99999' }],
      ['GET', { Range: 'bytes=100000-' }],
      ['GET', { Range: 'bytes=-5' }],
      ['GET', { Range: 'bytes=300000-' }],
      ['GET', { Range: 'bytes=0-1,5-6' }],
      ['HEAD', { Range: 'bytes=0-1' }],
      ['GET', { Range: 'bytes=0-1', 'If-Range': etag }],
      ['GET', { Range: 'bytes=0-1', 'If-Range': '"old"' }],
      ['GET', { 'If-None-Match': etag }],
      ['HEAD', { 'If-None-Match': etag }],
      ['GET', { 'If-None-Match': '"old"' }],
      ['GET', { 'If-Modified-Since': modified }],
      ['GET', { 'If-Match': '"old"' }],
      ['GET', { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    ];
    const cacheControl = 'max-age=60';
    const answersOf = async (options: StaticFilesOptions, rounds: number): Promise<Seen[][]> => {
      serve(options);
      const answers: Seen[][] = [];
      for (let round = 0; round < rounds; round++) {
        const answered: Seen[] = [];
        for (const target of ['/long.bin', '/a.txt', '/empty.txt']) {
          for (const [method, headers] of asked) answered.push(await ask(method, target, headers));
        }
        answers.push(answered);
      }
      return answers;
    };
    const [expected] = await answersOf({ cacheControl, cacheBytesMax: 0 }, 1);
    const [filling, kept] = await answersOf({ cacheControl }, 2);
    expect(filling).toEqual(expected);
    expect(kept).toEqual(expected);
    expect(kept?.[3]?.body).toBe(long.toString('latin1', 1000, 100_000));
  });

  test.each(['HEAD', 'GET'])(
    'may be kept by a %s, and answers the other method',
    async (method) => {
      expect((await ask(method, '/long.bin')).status).toBe(200);
      expect((await get('/long.bin')).body.length).toBe(long.length);
      expect(await ask('HEAD', '/long.bin')).toMatchObject({
        headers: { 'content-length': '300000' },
        body: '',
      });
    },
  );

  test('is seen as it is after each change of its content', async () => {
    const path = join(root, 'a.txt');
    const first = await get('/a.txt');
    rewrite(path, 'again'); // As long as before.
    const again = await get('/a.txt');
    expect(again.body).toBe('again');
    expect(again.headers.etag).not.toBe(first.headers.etag);
    truncateSync(path, 2);
    expect(await get('/a.txt')).toMatchObject({ body: 'ag', headers: { 'content-length': '2' } });
    writeFileSync(path, 'longer than it was');
    expect((await get('/a.txt')).body).toBe('longer than it was');
    writeFileSync(join(place, 'spare'), 'renamed over it');
    renameSync(join(place, 'spare'), path);
    expect((await get('/a.txt')).body).toBe('renamed over it');
    unlinkSync(path);
    expect(await get('/a.txt')).toMatchObject({ status: 404, body: 'not here' });
    writeFileSync(path, 'back');
    expect((await get('/a.txt')).body).toBe('back');
  });

  test('is seen as it is though size and time of modification were kept', async () => {
    const path = join(root, 'a.txt');
    utimesSync(path, 1000, 1000);
    expect((await get('/a.txt')).body).toBe('first');
    rewrite(path, 'again');
    utimesSync(path, 1000, 1000);
    expect((await get('/a.txt')).body).toBe('again');
  });

  test('is seen as it is by requests that come while others are being answered', async () => {
    await get('/a.txt');
    for (let i = 0; i < 20; i++) {
      const under = [get('/a.txt'), get('/a.txt')];
      rewrite(join(root, 'a.txt'), `turn ${i}`);
      expect((await Promise.all([get('/a.txt'), get('/a.txt')])).map(({ body }) => body)).toEqual([
        `turn ${i}`,
        `turn ${i}`,
      ]);
      await Promise.all(under);
    }
  });

  test('is not served under a symlink that leads elsewhere now', async () => {
    expect((await get('/link.txt')).body).toBe('first');
    const lead = (to: string): void => {
      symlinkSync(to, join(place, 'spare'));
      renameSync(join(place, 'spare'), join(root, 'link.txt'));
    };
    lead('b.txt');
    expect((await get('/link.txt')).body).toBe('other');
    writeFileSync(join(place, 'out.txt'), 'secret');
    lead('../out.txt');
    expect((await get('/link.txt')).status).toBe(404);
  });

  test('is not served from where it was moved to, out of the root, by a symlink left behind', async () => {
    // The file is the very same, down to its times: only where it lies has changed.
    writeFileSync(join(root, 'dir', 'deep.txt'), 'deep');
    expect((await get('/dir/deep.txt')).body).toBe('deep');
    expect((await get('/dir/')).body).toBe('dir');
    renameSync(join(root, 'dir'), join(place, 'moved'));
    symlinkSync('../moved', join(root, 'dir'));
    expect((await get('/dir/deep.txt')).status).toBe(404);
    expect((await get('/dir/')).status).toBe(404);
    expect((await get('/dir')).status).toBe(404);
  });

  test('makes way where a directory takes its place, and the other way round', async () => {
    const path = join(root, 'a.txt');
    expect((await get('/a.txt')).status).toBe(200);
    unlinkSync(path);
    mkdirSync(path);
    expect((await get('/a.txt')).status).toBe(308);
    expect((await get('/a.txt')).status).toBe(308);
    rmSync(path, { recursive: true });
    writeFileSync(path, 'file');
    expect((await get('/a.txt')).body).toBe('file');
    expect((await get('/a.txt/')).status).toBe(404);
  });
});

describe('memory', () => {
  test('is not used where cacheBytesMax is 0', async () => {
    serve({ cacheBytesMax: 0 });
    for (const target of ['/a.txt', '/long.bin', '/']) {
      await get(target);
      expect(await opens(() => get(target))).toBeGreaterThan(0);
    }
  });

  test('is not used for files that are longer than cacheFileBytesMax', async () => {
    serve({ cacheFileBytesMax: long.length - 1 });
    await get('/long.bin');
    expect(await opens(() => get('/long.bin'))).toBe(1);
    serve({ cacheFileBytesMax: long.length });
    await get('/long.bin');
    expect(await opens(() => get('/long.bin'))).toBe(0);
  });

  test('of a long file is free for another when the exchange is over', async () => {
    writeFileSync(join(root, 'also.bin'), long);
    serve({ cacheBytesMax: 310_000 });
    for (const target of ['/long.bin', '/also.bin', '/long.bin']) {
      expect(await opens(() => get(target))).toBe(1);
      expect(await opens(() => get(target))).toBe(0);
    }
  });

  test('of a long file that is being sent is given to no other', async () => {
    writeFileSync(join(root, 'also.bin'), long);
    serve({ cacheBytesMax: 310_000 });
    const ask = (name: string) => inject(server, new Request(`http://localhost/${name}`));
    const slow = await ask('long.bin');
    for (let i = 0; i < 2; i++) expect(await opens(() => get('/also.bin'))).toBe(1);
    expect((await slow.arrayBuffer()).byteLength).toBe(long.length);
  });
});

test('a file that changed a moment ago is read each time', async () => {
  world.aheadMs = -MINUTE_MS; // However slow this machine is.
  for (let i = 0; i < 3; i++) expect(await opens(() => get('/b.txt'))).toBe(1);
  world.aheadMs = MINUTE_MS;
  expect(await opens(() => get('/b.txt'))).toBe(1);
  expect(await opens(() => get('/b.txt'))).toBe(0);
});
