// Which file a request target names: prefix, directories and hidden names. What options fit.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type StaticFilesOptions,
  staticFiles,
} from '../../../../src/adapters/static-files/index.js';
import { inject } from '../../../../src/testing/index.js';
import { get, root, serve, serveBy, server, useStaticFolder } from './static-scene.js';

useStaticFolder();

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

test('a root that is no directory is refused at once', () => {
  const file = join(root, 'a.txt');
  symlinkSync(file, join(root, 'to-a-file'));
  symlinkSync(root, join(root, 'to-a-directory'));
  for (const path of [file, join(root, 'to-a-file')])
    expect(() => staticFiles(path)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: `root: got ${JSON.stringify(path)}, expected the path of a directory, and this is none`,
      }),
    );
  expect(() => staticFiles(join(root, 'nowhere'))).toThrow(/ENOENT/);
  expect(staticFiles(join(root, 'to-a-directory'))).toBeTypeOf('function');
});

describe('a request that was rewritten', () => {
  test('is looked at as it is given, and a directory is found from where it was asked for', async () => {
    const files = staticFiles(root);
    serveBy((request, context) => {
      const url = new URL(request.url);
      url.pathname = url.pathname.replace(/^\/mounted/, '');
      return files(new Request(url, { headers: request.headers }), context);
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
    [{ index: 1 }, TypeError, 'index: got 1, expected the name of a file'],
    ...['', '.', '..', '.home', '../index.html', 'pages/index.html', 'a\\b', 'a\0'].map(
      (index): [unknown, ErrorConstructor, string] => [
        { index, dotfiles: ['.house'] },
        RangeError,
        'index: got ',
      ],
    ),
    [{ notFoundPage: null }, TypeError, 'notFoundPage: got null, expected the name of a file'],
    [
      { notFoundPage: 'errors/404.html' },
      RangeError,
      'notFoundPage: got "errors/404.html", expected the name of a file, without a path',
    ],
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

  test('a dotfile may be the index, where it is served', async () => {
    writeFileSync(join(root, '.home'), 'a home');
    serve({ index: '.home', dotfiles: ['.home'] });
    expect(await get('/')).toMatchObject({ status: 200, body: 'a home' });
  });
});
