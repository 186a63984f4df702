// A program that serves every kind of content and asks for it, over a socket and by inject(). Another
// test runs it once more in a realm of its own, as jest runs all programs.

import { createServer, type FetchHandler, reply } from 'sluice';
import { inject } from 'sluice/testing';
import { expect, test } from 'vitest';
import { staticFiles } from '../../src/adapters/static-files/index.js';

const CONTENT: Record<string, FetchHandler> = {
  'a string': () => reply('abc'),
  'a long string': () => reply('a'.repeat(20_000)),
  'a long string of other characters': () => reply('é'.repeat(20_000)),
  bytes: () => reply(new Uint8Array([97])),
  'many bytes': () => reply(new Uint8Array(20_000).fill(97)),
  'bytes of an encoder': () => reply(new TextEncoder().encode('abc')),
  'a Buffer': () => reply(Buffer.from('abc')),
  'a Blob': () => reply(new Blob(['abc'])),
  'a generator': () =>
    reply(
      (async function* () {
        yield 'a';
        yield new Uint8Array([98]);
        yield Buffer.from('c');
      })(),
    ),
  'content with trailers': () => reply('abc', { trailers: { 'x-a': 'b' } }),
  'a Response': () => new Response('abc'),
  'a Response of bytes': () => new Response(new Uint8Array([97])),
  'a Response of JSON': () => Response.json({ a: 1 }),
  'a form': () => reply(new URLSearchParams({ a: 'b' })),
};

test.each(Object.entries(CONTENT))('%s is served', async (_name, fetchHandler) => {
  const errors: unknown[] = [];
  const server = createServer({
    fetch: fetchHandler,
    onError(error) {
      errors.push(error);
    },
  });
  const injected = await inject(server, new Request('http://a.example/'));
  const { port } = await server.listen({ port: 0 });
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect([response.status, await response.text()]).toEqual([200, await injected.text()]);
  expect(errors).toEqual([]);
  await server.close({ graceMs: 0 });
});

test('content is read, short and long', async () => {
  const server = createServer({ fetch: async (request) => reply(await request.text()) });
  const { port } = await server.listen({ port: 0 });
  const body = 'abc'.repeat(50_000);
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
  expect((await response.text()) === body).toBe(true);
  const injected = new Request('http://a.example/', { method: 'POST', body: 'abc' });
  expect(await (await inject(server, injected)).text()).toBe('abc');
  await server.close({ graceMs: 0 });
});

test('files are served, and those that are not there are not', async () => {
  const server = createServer({ fetch: staticFiles('docs') });
  const { port } = await server.listen({ port: 0 });
  const statuses: number[] = [];
  for (const name of ['limiter.md', 'not-there.md']) {
    const response = await fetch(`http://127.0.0.1:${port}/${name}`);
    statuses.push(response.status);
    await response.arrayBuffer();
  }
  expect(statuses).toEqual([200, 404]);
  await server.close({ graceMs: 0 });
});
