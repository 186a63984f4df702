import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type StaticFilesOptions, staticFiles } from '../../../src/adapters/static-files.js';
import { createServer, type Server } from '../../../src/index.js';
import { inject } from '../../../src/testing/index.js';

const world = vi.hoisted(() => ({ opens: 0, aheadMs: 60_000 }));
const MINUTE_MS = 60_000;

// A minute from now, all files of these tests have settled.
vi.mock('../../../src/adapters/clock.js', () => ({ timeOfDay: () => Date.now() + world.aheadMs }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = (...given) => {
    world.opens++;
    return real.open(...given);
  };
  return { ...real, open };
});

const long = Buffer.from(Array.from({ length: 300_000 }, (_, i) => 97 + (i % 26)));

let place: string;
let root: string;
let server: Server;

beforeEach(() => {
  world.aheadMs = MINUTE_MS;
  place = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-')));
  root = join(place, 'root');
  mkdirSync(join(root, 'dir'), { recursive: true });
  writeFileSync(join(root, 'index.html'), 'index');
  writeFileSync(join(root, '404.html'), 'not here');
  writeFileSync(join(root, 'a.txt'), 'first');
  writeFileSync(join(root, 'b.txt'), 'other');
  writeFileSync(join(root, 'empty.txt'), '');
  writeFileSync(join(root, 'dir', 'index.html'), 'dir');
  writeFileSync(join(root, 'long.bin'), long);
  symlinkSync('a.txt', join(root, 'link.txt'));
  serve();
});

afterEach(() => rmSync(place, { recursive: true }));

function serve(options: StaticFilesOptions = {}): void {
  server = createServer({ fetch: staticFiles(root, options) });
}

interface Seen {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function get(target: string, headers: Record<string, string> = {}): Promise<Seen> {
  return ask('GET', target, headers);
}

async function ask(
  method: string,
  target: string,
  fields: Record<string, string> = {},
): Promise<Seen> {
  const request = new Request(`http://localhost${target}`, { method, headers: fields });
  const response = await inject(server, request);
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return { status: response.status, headers, body };
}

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

describe('prefix', () => {
  test('is taken away as whole names, however they are encoded', async () => {
    serve({ prefix: '/assets/v 1' });
    for (const target of [
      '/assets/v%201/a.txt',
      '/assets/v%201//a.txt',
      '/%61ssets/v%201/a.txt?b',
    ]) {
      expect(await get(target)).toMatchObject({ status: 200, body: 'first' });
    }
    expect(await get('/assets/v%201/')).toMatchObject({ status: 200, body: 'index' });
    const outside = ['/', '/a.txt', '/assets', '/assets/', '/assets/a.txt', '/assets/v%201x/a.txt'];
    for (const target of [
      ...outside,
      '//assets/v%201/a.txt',
      '/assets//v%201/a.txt',
      '/assetsx/a.txt',
      '/x/assets/v%201/a.txt',
      '/ASSETS/v%201/a.txt',
    ])
      expect(await get(target)).toMatchObject({ status: 404, body: 'not here' });
  });

  test.each(['/assets', '/assets/'])('%s stands before where a directory is', async (prefix) => {
    serve({ prefix });
    expect((await get('/assets/dir?a')).headers.location).toBe('/assets/dir/?a');
    expect((await get('/assets')).headers.location).toBe('/assets/');
    expect((await get('/assets/dir/')).body).toBe('dir');
  });

  test.each([
    '/assets/../a.txt',
    '/assets/..%2fa.txt',
    '/assets/%2e%2e/root/a.txt',
    '/assets/dir/../a.txt',
  ])('nothing leads out of it: %s', async (target) => {
    serve({ prefix: '/assets' });
    // Not a Request, whose URL is resolved before it is sent.
    const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1');
    expect((await inject(server, bytes)).status).toBe(404);
  });

  test('may be hidden itself, which shows nothing else', async () => {
    serve({ prefix: '/.well-known' });
    writeFileSync(join(root, '.secret'), 'secret');
    expect((await get('/.well-known/a.txt')).body).toBe('first');
    expect((await get('/.well-known/.secret')).status).toBe(404);
    expect((await get('/.secret')).status).toBe(404);
  });
});

describe('a request that was rewritten', () => {
  test('is looked at as it is given, and a directory is found from where it was asked for', async () => {
    const files = staticFiles(root);
    server = createServer({
      fetch: (request, context) => {
        const url = new URL(request.url);
        url.pathname = url.pathname.replace(/^\/mounted/, '');
        return files(new Request(url, { headers: request.headers }), context);
      },
    });
    expect((await get('/mounted/a.txt')).body).toBe('first');
    expect((await get('/mounted/a.txt#b')).body).toBe('first');
    const { status, headers } = await get('/mounted/dir?q');
    expect([status, headers.location]).toEqual([308, './dir/?q']);
    expect(new URL(headers.location ?? '', 'http://a/mounted/dir?q').pathname).toBe(
      '/mounted/dir/',
    );
  });
});

describe('dotfiles', () => {
  beforeEach(() => {
    mkdirSync(join(root, '.well-known', '.hidden'), { recursive: true });
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.well-known', 'security.txt'), 'Contact: a');
    writeFileSync(join(root, '.well-known', '.hidden', 'a.txt'), 'secret');
    writeFileSync(join(root, '.well-known', '.env'), 'secret');
    writeFileSync(join(root, '.git', 'config'), 'secret');
    writeFileSync(join(root, '.env'), 'secret');
    symlinkSync('.well-known/security.txt', join(root, 'contact.txt'));
    symlinkSync('.env', join(root, 'env.txt'));
    symlinkSync('..', join(root, '.well-known', 'up'));
  });

  const shown = ['/.well-known/security.txt', '/%2ewell-known/security.txt', '/contact.txt'];

  test('that are named are served, with what stands in them', async () => {
    for (const target of shown) expect((await get(target)).status).toBe(404);
    serve({ dotfiles: ['.well-known'] });
    for (const target of [...shown, ...shown]) {
      expect(await get(target)).toMatchObject({ status: 200, body: 'Contact: a' });
    }
    expect((await get('/.well-known')).headers.location).toBe('/.well-known/');
    expect((await get('/.well-known/up/a.txt')).body).toBe('first');
  });

  test.each([
    ...['/.env', '/.git/config', '/.well-known/.env', '/.well-known/.hidden/a.txt', '/env.txt'],
    ...[
      '/.well-known/../.env',
      '/.well-known/%2e%2e/.env',
      '/.well-knownx/a',
      '/.WELL-KNOWN/security.txt',
    ],
    ...['/.well-known/up/.env', '/.well-known/..', '/..', '/.'],
  ])('that are not named stay hidden: %s', async (target) => {
    serve({ dotfiles: ['.well-known'] });
    const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1');
    const response = await inject(server, bytes);
    expect([response.status, await response.text()]).toEqual([404, 'not here']);
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

describe('options', () => {
  test.each([
    [
      { cacheBytesMax: '1' },
      TypeError,
      'cacheBytesMax: got "1", expected a whole number of bytes, 0 or more',
    ],
    [
      { cacheBytesMax: -1 },
      RangeError,
      'cacheBytesMax: got -1, expected a whole number of bytes, 0 or more',
    ],
    [{ cacheFileBytesMax: 1.5 }, RangeError, 'cacheFileBytesMax: got 1.5, expected a whole number'],
    [{ cacheFileBytesMax: Number.NaN }, RangeError, 'cacheFileBytesMax: got NaN'],
    [{ prefix: 1 }, TypeError, "prefix: got 1, expected a path such as '/assets'"],
    [{ prefix: 'assets' }, RangeError, 'prefix: got "assets", expected a path'],
    [{ prefix: '/a//b' }, RangeError, 'prefix: got "/a//b", expected a path'],
    [{ prefix: '/a/..' }, RangeError, 'prefix: got "/a/..", expected a path'],
    [{ prefix: '/a?b' }, RangeError, 'prefix: got "/a?b", expected a path'],
    [{ prefix: '/a%zz' }, RangeError, 'prefix: got "/a%zz", expected a path'],
    [{ prefix: '/a%2fb' }, RangeError, 'prefix: got "/a%2fb", expected a path'],
    [{ dotfiles: '.env' }, TypeError, 'dotfiles: got ".env", expected an array of names'],
    [{ dotfiles: true }, TypeError, 'dotfiles: got true, expected an array of names'],
    [{ dotfiles: [1] }, TypeError, 'dotfiles[0]: got 1, expected a name that begins with a dot'],
    [{ dotfiles: ['.a', '..'] }, RangeError, 'dotfiles[1]: got "..", expected one name'],
    [{ dotfiles: ['.'] }, RangeError, 'dotfiles[0]: got ".", expected one name'],
    [{ dotfiles: ['a'] }, RangeError, 'dotfiles[0]: got "a", expected one name'],
    [{ dotfiles: ['.a/b'] }, RangeError, 'dotfiles[0]: got ".a/b", expected one name'],
    [{ index: 1 }, TypeError, 'index: got 1, expected a string'],
    [{ notFoundPage: null }, TypeError, 'notFoundPage: got null, expected a string'],
    [{ cacheControl: [] }, TypeError, 'cacheControl: got an array, expected a string'],
    [
      { cacheSize: 1 },
      TypeError,
      'cacheSize: unknown option; did you mean cacheBytesMax? Got 1; there are prefix,',
    ],
    [null, TypeError, 'options: got null, expected an object'],
    ['public', TypeError, 'options: got "public", expected an object'],
    [() => {}, TypeError, 'options: got a function, expected an object'],
  ])('%j throws at once, and says what would fit', (options, Kind, message) => {
    // Boundary: what a caller without types may pass.
    const act = () => staticFiles(root, options as StaticFilesOptions);
    expect(act).toThrow(Kind);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'SLUICE_OPTION_INVALID' }));
  });
});
