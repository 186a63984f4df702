// Standard Responses as frameworks and fetch() make them.

import { createServer as createUpstream } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { get, onTestEnd, serve } from '../support/test-server.js';

const encoder = new TextEncoder();

test('an event stream as Hono makes it has its first event at once', async () => {
  let goOn: () => void = () => undefined;
  const served = await serve({
    fetch: () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      void writer.write(encoder.encode('data: 1\n\n'));
      goOn = () => {
        void writer.write(encoder.encode('data: 2\n\n'));
        void writer.close();
      };
      return new Response(readable, {
        headers: {
          'Transfer-Encoding': 'chunked',
          'Content-Type': 'text/event-stream',
          Connection: 'keep-alive',
        },
      });
    },
  });
  const response = await fetch(`${served.origin}/`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first = await reader.read();
  expect(new TextDecoder().decode(first.value)).toBe('data: 1\n\n');
  goOn();
  const second = await reader.read();
  expect(new TextDecoder().decode(second.value)).toBe('data: 2\n\n');
  expect((await reader.read()).done).toBe(true);
  expect([response.status, served.errors]).toEqual([200, []]);
});

test('what fetch() got is passed on whole, as it is or made again', async () => {
  const text = 'a text that is coded shorter, shorter, shorter, shorter, shorter, shorter\n'.repeat(
    99,
  );
  const upstream = createUpstream((request, response) => {
    response.setHeader('Keep-Alive', 'timeout=9');
    if (request.url?.endsWith('plain') === true) response.end(text);
    else response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(text));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  onTestEnd(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const served = await serve({
    async fetch(_request, { target }) {
      const response = await fetch(`${origin}${target}`);
      if (target.startsWith('/again')) return new Response(response.body, response);
      return response;
    },
  });
  const client = await served.connect();
  for (const target of ['/plain', '/coded', '/again-plain', '/again-coded']) {
    const response = await client.send(get(target)).response();
    expect([target, response.status, response.text]).toEqual([target, 200, text]);
    expect(response.get('keep-alive')).toBeUndefined();
    const coding = response.get('content-encoding');
    expect([target, coding]).toEqual([target, target === '/again-coded' ? 'gzip' : undefined]);
  }
  expect(served.errors).toEqual([]);
});

test('a 426 names the protocols, and the connection goes on', async () => {
  const served = await serve({
    fetch: () => new Response('Upgrade!\n', { status: 426, headers: { Upgrade: 'websocket' } }),
  });
  const client = await served.send(get() + get());
  for (const response of await client.responses(2)) {
    expect([response.status, response.get('upgrade'), response.get('connection')]).toEqual([
      426,
      'websocket',
      'Upgrade',
    ]);
  }
});
