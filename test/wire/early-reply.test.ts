// A reply that is given before the content was read.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { gate, get, post, serve } from '../support/test-server.js';

describe('an early reply', () => {
  test('keeps the connection where little is left unread', async () => {
    const served = await serve({
      limits: { drainBytesMax: 50_000 },
      fetch: (_request, { target }) => reply(target),
    });
    const client = await served.connect();
    for (let i = 0; i < 2; i++) {
      client.send('POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      const response = await client.response();
      expect(response.text).toBe('/early');
      expect(response.closes).toBe(false);
      client.send(`${(40_000).toString(16)}\r\n${'x'.repeat(40_000)}\r\n0\r\n\r\n`);
      expect((await client.send(get('/next')).response()).text).toBe('/next');
    }
  });

  test('to more than drainBytesMax says close, and ends', async () => {
    const served = await serve({
      limits: { drainBytesMax: 70_000 },
      fetch: () => reply('early'),
    });
    const fits = await served.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n');
    expect((await fits.response()).closes).toBe(false);
    const client = await served.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70001\r\n\r\n');
    const response = await client.response();
    expect(response.text).toBe('early');
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  const partReads: Record<string, (request: Request) => unknown> = {
    nothing: () => undefined,
    'one chunk of an iterator': (request) => request.body?.[Symbol.asyncIterator]().next(),
    'one chunk of a reader': (request) => request.body?.getReader().read(),
    'a chunk, then lets go': async (request) => {
      const reader = request.body?.getReader();
      await reader?.read();
      reader?.releaseLock();
    },
    'a chunk, then cancels': async (request) => {
      for await (const _chunk of request.body ?? []) break;
    },
    'all, and does not wait for it': (request) => void request.text().catch(() => undefined),
    'one of two branches': (request) => request.body?.tee()[0]?.getReader().read(),
  };

  test.each(Object.keys(partReads))(
    'of a handler that reads %s ends only if it said so',
    async (how) => {
      const served = await serve({
        limits: { drainBytesMax: 70_000 },
        fetch: async (request, { target }) => {
          await partReads[how]?.(request);
          return reply(target);
        },
      });
      // Too long to be gathered. What is left when the handler answers may be drained, or is too much.
      for (const [length, closes] of [
        [70_000, false],
        [70_101, true],
      ] as const) {
        const client = await served.connect();
        client.send(`POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
        client.send('x'.repeat(100));
        const response = await client.response();
        expect([response.text, response.closes]).toEqual(['/early', closes]);
        if (closes) expect(await client.ended).toBe('fin');
        else {
          client.send('x'.repeat(length - 100));
          expect((await client.send(get('/next')).response()).text).toBe('/next');
        }
      }
    },
  );

  test('to chunks without end, which nobody could foresee, ends all the same', async () => {
    const served = await serve({
      limits: { drainBytesMax: 1000 },
      fetch: () => reply('early'),
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    expect((await client.response()).text).toBe('early');
    client.send(`fffff\r\n${'x'.repeat(2000)}`);
    expect(await client.ended).toBe('fin');
    // It was enough, not too slow.
    expect(served.faults).toEqual([]);
  });

  test('tells a handler that reads on that nothing more will come', async () => {
    const read = gate<unknown>();
    const served = await serve({
      fetch(request) {
        const reader = request.body?.getReader();
        read.open(
          reader
            ?.read()
            .then(() => reader.read())
            .then(() => reader.read())
            .catch((error) => error),
        );
        return reply('early');
      },
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    );
    expect((await client.response()).text).toBe('early');
    client.send('1\r\ny\r\n0\r\n\r\n');
    expect(await read.promise).toMatchObject({ name: 'BodyError', code: 'SLUICE_BODY_ABANDONED' });
    expect((await client.send(get()).response()).text).toBe('early');
  });

  test('that is the last tells a handler that still waits for content that none will come', async () => {
    const read = gate<unknown>();
    const served = await serve({
      fetch(request) {
        read.open(request.text().catch((error: unknown) => error));
        return reply('early', { headers: { Connection: 'close' } });
      },
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    );
    expect((await client.response()).text).toBe('early');
    expect(await read.promise).toMatchObject({ name: 'BodyError', code: 'SLUICE_BODY_ABANDONED' });
  });

  test('leaves the content of the next request alone, whatever its handler still reads', async () => {
    const calls: Request[] = [];
    const late = gate<unknown>();
    const served = await serve({
      limits: { bodyBytesMax: 10 },
      async fetch(request) {
        calls.push(request);
        if (calls.length === 1) return reply('early');
        late.open(calls[0]?.text().catch((error: unknown) => error));
        await late.promise;
        return reply(await request.text());
      },
    });
    const client = await served.send(post('more than ten'));
    expect((await client.response()).text).toBe('early');
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(await late.promise).toMatchObject({ code: 'SLUICE_FAULT_BODY_TOO_LARGE' });
    client.send('3\r\nabc\r\n0\r\n\r\n');
    const response = await client.response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
  });
});
