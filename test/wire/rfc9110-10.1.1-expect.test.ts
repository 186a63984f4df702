// RFC 9110 §10.1.1: 100 Continue, sent when the handler first wants the content.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { Arrivals, gate, get, serve } from '../support/test-server.js';

function expecting(length: number, version: string = '1.1'): string {
  return `POST / HTTP/${version}\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
}

describe('Expect: 100-continue', () => {
  test('is answered when the content is first read, not before', async () => {
    const asked = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      async fetch(request) {
        started.add();
        await asked.promise;
        return reply(await request.text());
      },
    });
    const client = await served.send(expecting(3));
    await started.next();
    expect(client.unread).toBe(0);
    asked.open();
    const interim = await client.response();
    expect(interim.status).toBe(100);
    expect(interim.head.fields).toEqual([]);
    const response = await client.send('abc').response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
    expect(response.closes).toBe(false);
    expect((await client.send(get()).response()).status).toBe(200);
  });

  test('is answered once, however often the content is read', async () => {
    const served = await serve({
      async fetch(request) {
        let text = '';
        for await (const chunk of request.body ?? []) text += Buffer.from(chunk).toString();
        return reply(text);
      },
    });
    const client = await served.send(expecting(3));
    expect((await client.response()).status).toBe(100);
    for (const piece of 'abc') await client.sent(piece);
    const response = await client.response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
  });

  test('is not answered where nobody reads; the response is the last', async () => {
    const served = await serve({ fetch: () => reply('no, thanks', { status: 403 }) });
    const client = await served.send(expecting(3));
    const response = await client.response();
    expect(response.status).toBe(403);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('is not answered where the content has begun to come', async () => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    const client = await served.send(`${expecting(3)}a`);
    client.send('bc');
    const response = await client.response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
  });

  test('too much content is refused with 413 instead', async () => {
    const served = await serve({
      limits: { bodyBytesMax: 10 },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(expecting(11));
    const response = await client.response();
    expect(response.status).toBe(413);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TOO_LARGE']);
    expect(served.errors).toEqual([]);
  });

  test('of an HTTP/1.0 client is ignored: it knows no 1xx', async () => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    const client = await served.send(expecting(3, '1.0'));
    const response = await client.send('abc').response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
  });

  test('without content is not answered, and not in the way', async () => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    const client = await served.send(get('/', 'Expect: 100-continue\r\n') + get());
    const responses = await client.responses(2);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(responses.map(({ closes }) => closes)).toEqual([false, false]);
  });

  test('is refused by the limiter before any 100', async () => {
    const first = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      concurrency: 1,
      queue: { entriesMax: 1, waitMs: 60_000 },
      async fetch(request) {
        started.add();
        await first.promise;
        return reply(await request.text());
      },
    });
    const running = await served.send(get());
    await started.next();
    const waiting = await served.send(get());
    while (served.server.stats().queued < 1) await new Promise((resolve) => setImmediate(resolve));
    const refused = await served.send(expecting(3));
    const response = await refused.response();
    expect(response.status).toBe(503);
    expect(response.closes).toBe(true);
    first.open();
    expect((await running.response()).status).toBe(200);
    expect((await waiting.response()).status).toBe(200);
  });
});

describe('another expectation', () => {
  test('is refused with 417', async () => {
    const served = await serve({ fetch: () => reply() });
    const client = await served.send(get('/', 'Expect: 200-ok\r\n'));
    const response = await client.response();
    expect(response.status).toBe(417);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });
});
