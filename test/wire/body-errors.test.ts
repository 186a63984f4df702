// What becomes of a handler that fails because of the content which its client sent.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { Arrivals, get, post, serve } from '../support/test-server.js';

describe('a BodyError that leaves the handler', () => {
  test('because the content was wrong is 400, and no error of ours', async () => {
    const served = await serve({
      fetch: async (request) => reply((await request.json()) as string),
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n',
    );
    expect((await client.response()).status).toBe(400);
    expect(served.errors).toEqual([]);
    expect(served.faults).toHaveLength(1);
  });

  test('because a declared length is too much is 413, before any of it came', async () => {
    const served = await serve({
      limits: { bodyBytesMax: 100_000 },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n',
    );
    const response = await client.response();
    expect(response.status).toBe(413);
    expect(response.closes).toBe(true);
    expect(served.errors).toEqual([]);
    expect(served.faults).toMatchObject([{ code: 'SLUICE_FAULT_BODY_TOO_LARGE', status: 413 }]);
  });

  test('because short content, gathered before, is too much is 413 and a fault as well', async () => {
    const served = await serve({
      limits: { bodyBytesMax: 10 },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(post('0123456789') + post('0123456789x'));
    const [fits, refused] = await client.responses(2);
    expect(fits?.text).toBe('0123456789');
    expect(refused?.status).toBe(413);
    expect(served.errors).toEqual([]);
    expect(served.faults).toMatchObject([{ code: 'SLUICE_FAULT_BODY_TOO_LARGE', status: 413 }]);
  });

  test('because content is too much, and nobody reads it, is none', async () => {
    const served = await serve({ limits: { bodyBytesMax: 10 }, fetch: () => reply('x') });
    const client = await served.send(post('0123456789x') + get());
    const responses = await client.responses(2);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(served.faults).toEqual([]);
  });

  test('raised by the handler itself is its status', async () => {
    const started = new Arrivals<void>();
    const served = await serve({
      limits: { bodyIdleMs: 30 },
      async fetch(request) {
        started.add();
        return reply(await request.text());
      },
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx',
    );
    await started.next();
    expect((await client.response()).status).toBe(408);
    expect(served.errors).toEqual([]);
  });
});
