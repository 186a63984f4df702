import { readdirSync, readlinkSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type StaticFilesHandler, staticFiles } from '../../../src/adapters/static-files/index.js';
import { createServer, type FetchHandler, reply, type Server } from '../../../src/index.js';
import { ask, cleanUp, dial, folderOf } from './command.js';

// Static files as a library has them: `createServer({ fetch: staticFiles(…) })`.

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 0 })));
  await cleanUp();
});

async function serve(fetch: FetchHandler): Promise<number> {
  const server = createServer({ fetch });
  servers.push(server);
  return (await server.listen({ port: 0 })).port;
}

test('the index, the page for what is missing, and Cache-Control can be chosen', async () => {
  const root = await folderOf({ 'home.htm': 'home', 'gone.txt': 'gone', 'index.html': 'no' });
  const options = { index: 'home.htm', notFoundPage: 'gone.txt', cacheControl: 'max-age=60' };
  const port = await serve(staticFiles(root, options));

  const found = await ask(port, '/');
  expect(found).toMatchObject({ status: 200, headers: { 'cache-control': 'max-age=60' } });
  expect(found.body).toBe('home');

  const condition = { 'If-None-Match': found.headers.etag ?? '' };
  const unchanged = await ask(port, '/', { headers: condition });
  expect(unchanged).toMatchObject({ status: 304, headers: { 'cache-control': 'max-age=60' } });

  const missing = await ask(port, '/nothing');
  expect(missing).toMatchObject({
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'gone',
  });
  // An answer that is no success is not to be kept as if it were.
  expect(missing.headers['cache-control']).toBeUndefined();
  const beyond = await ask(port, '/', { headers: { Range: 'bytes=9-' } });
  expect(beyond.status).toBe(416);
  expect(beyond.headers['cache-control']).toBeUndefined();
});

test('the page for what is missing may itself be missing, or lie outside of the root', async () => {
  const folder = await folderOf({ 'root/a.txt': 'a', 'secret.html': 'SECRET' });
  await symlink('../secret.html', join(folder, 'root/404.html'));
  for (const options of [{}, { notFoundPage: 'none.html' }]) {
    const answer = await ask(await serve(staticFiles(join(folder, 'root'), options)), '/b.txt');
    expect(answer).toMatchObject({ status: 404, body: 'Not found.\n' });
  }
});

test('the root may be a symlink, and may be hidden', async () => {
  const folder = await folderOf({ '.site/a.txt': 'a' });
  await symlink('.site', join(folder, 'link'));
  for (const root of ['.site', 'link']) {
    expect((await ask(await serve(staticFiles(join(folder, root))), '/a.txt')).body).toBe('a');
  }
});

test('a missing root and a Cache-Control that no header can hold throw at once', async () => {
  const root = await folderOf({});
  expect(() => staticFiles(join(root, 'nothing'))).toThrow('ENOENT');
  expect(() => staticFiles(root, { cacheControl: 'a\nb' })).toThrow(/Cache-Control/i);
});

// Only Linux says which files a process has open.
test.runIf(process.platform === 'linux')('no file stays open, whatever ends a reply', async () => {
  const root = await folderOf({ 'big.bin': new Uint8Array(8 * 1024 * 1024), 'a.txt': 'a' });
  const open = () => openFiles().filter((path) => path.startsWith(root)).length;
  const files = staticFiles(root);
  const ended: Promise<unknown>[] = [];
  const replaced = (handler: StaticFilesHandler): FetchHandler => {
    return async (request, context) => {
      ended.push(context.completed);
      const answer = await handler(request, context);
      return request.headers.has('replace') ? reply('another') : answer;
    };
  };
  const port = await serve(replaced(files));

  const big = await ask(port, '/big.bin');
  expect(big.body.length).toBe(8 * 1024 * 1024);
  await ask(port, '/big.bin', { method: 'HEAD' });
  await ask(port, '/big.bin', { headers: { Range: 'bytes=99999999-' } });
  await ask(port, '/big.bin', { headers: { 'If-None-Match': '*' } });
  await ask(port, '/big.bin', { headers: { replace: 'yes' } });
  await ask(port, '/a.txt/');
  for (let i = 0; i < 5; i++) {
    const socket = dial(port);
    socket.write('GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    expect(open()).toBeGreaterThan(0);
    socket.resetAndDestroy();
    await ended.at(-1);
  }
  await servers[0]?.close();
  expect(open()).toBe(0);
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      return []; // Closed since it was listed.
    }
  });
}
