import { symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Command, cleanUp, folderOf, sluice } from './command.js';

const big = Buffer.from(Array.from({ length: 300_000 }, (_, i) => 97 + (i % 26)));

let folder: string;
let command: Command;
let port: number;

beforeAll(async () => {
  folder = await folderOf({
    'root/index.html': '<h1>index</h1>',
    'root/404.html': '<h1>not here</h1>',
    'root/a.css': 'a{}',
    'root/a b.txt': 'blank',
    'root/change.css': 'a{}',
    'root/été.txt': 'summer',
    'root/%2e%2e': 'two escapes',
    'root/big.bin': big,
    'root/empty.txt': '',
    'root/dir/index.html': '<h1>dir</h1>',
    'root/bare/file.txt': 'x',
    'root/evil.example/index.html': 'not evil',
    'root/.env': 'SECRET',
    'root/.git/config': 'SECRET',
    'secret.txt': 'SECRET',
    'root-beside/secret.txt': 'SECRET',
  });
  await symlink('../secret.txt', join(folder, 'root/out.txt'));
  await symlink('..', join(folder, 'root/up'));
  await symlink('.env', join(folder, 'root/env.txt'));
  await symlink('a.css', join(folder, 'root/in.css'));
  command = sluice([join(folder, 'root'), '-p', '0']);
  port = await command.port();
});

afterAll(cleanUp);

describe('a directory', () => {
  test('is served with types, and nothing is to be sniffed', async () => {
    expect(await ask(port, '/')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-length': '14',
        'x-content-type-options': 'nosniff',
        'accept-ranges': 'bytes',
      },
      body: '<h1>index</h1>',
    });
    expect((await ask(port, '/a.css?v=1')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await ask(port, '/a%20b.txt')).body).toBe('blank');
    expect((await ask(port, '/%C3%A9t%C3%A9.txt')).body).toBe('summer');
    expect((await ask(port, '/dir/')).body).toBe('<h1>dir</h1>');
    expect((await ask(port, '/in.css')).body).toBe('a{}');
    expect((await ask(port, 'http://other.example/a.css')).body).toBe('a{}');
    expect((await ask(port, '/%252e%252e')).body).toBe('two escapes');
  });

  test('sends what is long in pieces, and what is empty too', async () => {
    const whole = await ask(port, '/big.bin');
    expect(whole.headers['content-length']).toBe('300000');
    expect(whole.headers['transfer-encoding']).toBeUndefined();
    expect(whole.headers['content-type']).toBe('application/octet-stream');
    expect(Buffer.from(whole.body, 'latin1').equals(big)).toBe(true);
    expect(await ask(port, '/empty.txt')).toMatchObject({
      status: 200,
      headers: { 'content-length': '0' },
      body: '',
    });
  });

  test('gives its own page for what is not there', async () => {
    expect(await ask(port, '/nothing')).toMatchObject({
      status: 404,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<h1>not here</h1>',
    });
    expect((await ask(port, '/bare/')).status).toBe(404);
    expect((await ask(port, '/a.css/')).status).toBe(404);
    expect((await ask(port, '/a.css/b')).status).toBe(404);
    expect(await ask(port, '/nothing', { method: 'HEAD' })).toMatchObject({
      status: 404,
      body: '',
    });
  });

  test.each([
    ['/../secret.txt', 404],
    ['/dir/../../secret.txt', 404],
    ['/%2e%2e/secret.txt', 404],
    ['/%2E%2E%2Fsecret.txt', 404],
    ['/..%2fsecret.txt', 404],
    ['/..\\secret.txt', 404],
    ['/..%5csecret.txt', 404],
    ['/%252e%252e/secret.txt', 404],
    ['/..%252fsecret.txt', 404],
    ['/....//secret.txt', 404],
    ['/./secret.txt', 404],
    ['/../root-beside/secret.txt', 404],
    ['/%2e%2e/root-beside/secret.txt', 404],
    ['//etc/passwd', 404],
    ['/%2fetc%2fpasswd', 404],
    ['/etc/passwd', 404],
    ['/a.css%00.html', 404],
    ['/.env', 404],
    ['/%2eenv', 404],
    ['/.git/config', 404],
    ['/dir/../.env', 404],
    ['/out.txt', 404],
    ['/up/secret.txt', 404],
    ['/up', 404],
    ['/up/', 404],
    ['/up/root/.env', 404],
    ['/env.txt', 404],
    ['/%c0%ae%c0%ae/secret.txt', 400],
    ['/%', 400],
    ['/%zz', 400],
    ['http://sluice.example/../secret.txt', 404],
  ])('gives no secret for %s', async (target, status) => {
    const answer = await ask(port, target);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('SECRET');
    expect(answer.body).not.toContain('root:');
  });

  test.each([
    ['/dir', '/dir/'],
    ['/dir?a=//b', '/dir/?a=//b'],
    ['//dir', '/dir/'],
    ['//evil.example', '/evil.example/'],
    ['///evil.example', '/evil.example/'],
    ['http://evil.example/dir', '/dir/'],
  ])('redirects %s by a path only', async (target, location) => {
    const answer = await ask(port, target);
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe(location);
  });

  test('does not redirect to another host', async () => {
    for (const target of ['//evil.example/..', '//evil.example/%2e%2e', '/\\evil.example']) {
      const answer = await ask(port, target);
      expect(answer.status).toBe(404);
      expect(answer.headers.location).toBeUndefined();
    }
  });

  test('answers HEAD as GET, without the content', async () => {
    for (const target of ['/', '/big.bin', '/empty.txt']) {
      const [get, head] = [await ask(port, target), await ask(port, target, { method: 'HEAD' })];
      const { date: _, ...expected } = get.headers;
      expect(head.status).toBe(200);
      expect(head.headers).toMatchObject(expected);
      expect(head.body).toBe('');
    }
  });

  test('refuses other methods, and says which there are', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await ask(port, '/', { method, headers: { 'Content-Length': '0' } });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('GET, HEAD');
    }
  });

  test('gives 304 to who has the file, until it changes', async () => {
    const { headers } = await ask(port, '/change.css');
    const etag = headers.etag ?? '';
    const ifNoneMatch = { headers: { 'If-None-Match': `"x", ${etag}` } };
    const ifModifiedSince = { headers: { 'If-Modified-Since': headers['last-modified'] ?? '' } };
    for (const condition of [ifNoneMatch, ifModifiedSince]) {
      const answer = await ask(port, '/change.css', condition);
      expect(answer).toMatchObject({ status: 304, headers: { etag }, body: '' });
    }
    await writeFile(join(folder, 'root/change.css'), 'b{}');
    await utimes(join(folder, 'root/change.css'), new Date(), new Date(Date.now() + 5_000));
    for (const condition of [ifNoneMatch, ifModifiedSince]) {
      expect(await ask(port, '/change.css', condition)).toMatchObject({ status: 200, body: 'b{}' });
    }
  });

  test('is logged with what was sent of it', async () => {
    await ask(port, '/big.bin');
    await command.stdout.line(/ GET \/big\.bin 200 \d+\.\dms 300000B$/);
    await ask(port, '/big.bin', { headers: { Range: 'bytes=-7' } });
    await command.stdout.line(/ GET \/big\.bin 206 \d+\.\dms 7B$/);
    await ask(port, '/big.bin', { method: 'HEAD' });
    await command.stdout.line(/ HEAD \/big\.bin 200 \d+\.\dms 0B$/);
    await ask(port, '/a\tb');
    await command.stdout.line(/ GET \/a 400 \d+\.\dms \d+B refused: SLUICE_FAULT_/);
  });

  test('gives a part to who asks for one', async () => {
    const range = (value: string, more = {}) =>
      ask(port, '/big.bin', { headers: { Range: value, ...more } });
    expect(await range('bytes=1-3')).toMatchObject({
      status: 206,
      headers: { 'content-range': 'bytes 1-3/300000', 'content-length': '3' },
      body: 'bcd',
    });
    const long = await range('bytes=100000-');
    expect(long.status).toBe(206);
    expect(Buffer.from(long.body, 'latin1').equals(big.subarray(100_000))).toBe(true);
    expect(await range('bytes=300000-')).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */300000' },
    });
    expect((await range('bytes=0-1,5-6')).status).toBe(200);
    expect((await range('bytes=0-1', { 'If-Range': '"old"' })).status).toBe(200);
    const { etag = '' } = (await range('bytes=0-0')).headers;
    expect((await range('bytes=0-1', { 'If-Range': etag })).status).toBe(206);
  });
});
