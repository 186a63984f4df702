// Each deadline of reading: what it ends, and what it leaves alone.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import type { RawClient } from '../support/raw-client.js';
import { Arrivals, gate, get, post, postChunked, serve } from '../support/test-server.js';
import { alike, beats, idlesOut, LONG_MS, SHORT_MS } from '../support/virtual-deadlines.js';

/** So many short ones last longer than a long one. */
const BEATS = 1.2 * (LONG_MS / SHORT_MS);

async function expectSilentEnd(client: RawClient): Promise<void> {
  expect(await client.ended).toBe('fin');
  expect(client.unread).toBe(0);
}

describe('keepAliveMs', () => {
  test('closes a new connection without a word', async () => {
    const served = await serve({ fetch: () => reply(), limits: { keepAliveMs: SHORT_MS } });
    await expectSilentEnd(await served.connect());
    expect(served.faults).toEqual([]);
  });

  test('closes an idle connection without a word', async () => {
    const served = await serve({ fetch: () => reply(), limits: { keepAliveMs: LONG_MS } });
    const client = await served.send(get());
    expect((await client.response()).closes).toBe(false);
    await expectSilentEnd(client);
  });

  test('counts from the last response', async () => {
    const served = await serve({ fetch: () => reply('x'), limits: { keepAliveMs: LONG_MS } });
    const beat = await beats(SHORT_MS);
    const client = await served.connect();
    for (let i = 0; i < BEATS; i++) {
      expect((await client.send(get()).response()).text).toBe('x');
      await beat();
    }
  });

  test('does not run while a request is under way', async () => {
    const answer = gate();
    const served = await serve({
      limits: alike,
      fetch: async (_request, { target }) => {
        if (target === '/wait') await answer.promise;
        return reply('x');
      },
    });
    const client = await served.send(get('/wait'));
    await idlesOut(served);
    answer.open();
    expect((await client.response()).text).toBe('x');
    expect((await client.send(get()).response()).text).toBe('x');
  });
});

describe('headMs', () => {
  test('ends a head that does not become complete, with 408', async () => {
    const served = await serve({ fetch: () => reply(), limits: { headMs: SHORT_MS } });
    const client = await served.send('GET / HTTP/1.1\r\nHost: a\r\n');
    const response = await client.response();
    expect(response.status).toBe(408);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_HEAD_TIMEOUT']);
  });

  test('counts from the first byte: bytes that trickle do not prolong it', async () => {
    const served = await serve({
      fetch: () => reply(),
      limits: { headMs: LONG_MS },
    });
    const beat = await beats(SHORT_MS);
    const client = await served.send('G');
    let answered = false;
    let sent = 0;
    const trickle = (async () => {
      while (!answered) {
        await beat();
        client.send('E');
        sent++;
      }
    })();
    expect((await client.response()).status).toBe(408);
    answered = true;
    await trickle;
    expect(sent).toBeGreaterThan(0);
  });

  test('is for each head anew', async () => {
    const served = await serve({
      fetch: () => reply('x'),
      limits: { headMs: 2 * LONG_MS },
    });
    const beat = await beats(0.8 * LONG_MS);
    const client = await served.connect();
    for (let i = 0; i < 3; i++) {
      client.send('GET / HTTP/1.1\r\n');
      await beat();
      client.send('Host: a\r\n\r\n');
      expect((await client.response()).text).toBe('x');
    }
  });

  test('ends the second request of a connection like the first', async () => {
    const served = await serve({ fetch: () => reply('x'), limits: { headMs: SHORT_MS } });
    const client = await served.send(`${get()}GET`);
    expect((await client.response()).text).toBe('x');
    expect((await client.response()).status).toBe(408);
  });
});

describe('bodyIdleMs', () => {
  const unfinished: [string, string][] = [
    ['gathered', post('abc').slice(0, -1)],
    ['by length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc'],
    ['chunked', postChunked('3\r\nab')],
    ['in trailers', postChunked('3\r\nabc\r\n0\r\nSum')],
  ];

  test.each(unfinished)('ends content that stops, with 408: %s', async (_how, bytes) => {
    const served = await serve({
      limits: { bodyIdleMs: SHORT_MS },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(bytes);
    const response = await client.response();
    expect(response.status).toBe(408);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TIMEOUT']);
    expect(served.errors).toEqual([]);
  });

  test('ends a client that was told to continue and does not', async () => {
    const served = await serve({
      limits: { bodyIdleMs: SHORT_MS },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(post('', 'Expect: 100-continue\r\n').replace(': 0', ': 3'));
    expect((await client.response()).status).toBe(100);
    expect((await client.response()).status).toBe(408);
  });

  test('measures silence, not length: content that trickles arrives', async () => {
    const served = await serve({
      limits: { bodyIdleMs: LONG_MS },
      fetch: async (request) => reply(await request.text()),
    });
    const beat = await beats(SHORT_MS);
    const content = 'x'.repeat(BEATS);
    const chunked = await served.send(postChunked(''));
    const gathered = await served.send(post(content).slice(0, -BEATS));
    for (const letter of content) {
      await beat();
      chunked.send(`1\r\n${letter}\r\n`);
      gathered.send(letter);
    }
    chunked.send('0\r\n\r\n');
    expect((await chunked.response()).text).toBe(content);
    expect((await gathered.response()).text).toBe(content);
  });

  test('does not run while the handler has not asked, however long it takes', async () => {
    const read = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      limits: alike,
      async fetch(request) {
        started.add();
        await read.promise;
        return reply(await request.text());
      },
    });
    const client = await served.send(postChunked('3\r\nabc'));
    await started.next();
    await idlesOut(served);
    read.open();
    client.send('\r\n0\r\n\r\n');
    expect((await client.response()).text).toBe('abc');
  });

  test('does not run while a pause of ours holds the client up', async () => {
    const read = gate();
    const started = new Arrivals<void>();
    const size = 4 * 1024 * 1024;
    const served = await serve({
      limits: { ...alike, bodyBytesMax: size },
      async fetch(request) {
        started.add();
        await read.promise;
        return reply(String((await request.arrayBuffer()).byteLength));
      },
    });
    const client = await served.send(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`,
    );
    client.send(new Uint8Array(size));
    await started.next();
    await idlesOut(served);
    read.open();
    expect((await client.response()).text).toBe(String(size));
  });

  test('ends content that nobody reads and that stops, after its answer', async () => {
    const served = await serve({
      limits: { bodyIdleMs: SHORT_MS },
      fetch: () => reply('early'),
    });
    const client = await served.send(postChunked('3\r\nab'));
    expect((await client.response()).text).toBe('early');
    await expectSilentEnd(client);
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TIMEOUT']);
  });

  test('during a streamed reply fails the read, and the reply decides', async () => {
    const served = await serve({
      limits: { bodyIdleMs: SHORT_MS },
      fetch: (request) =>
        reply(
          (async function* () {
            yield 'begun ';
            yield await request.text().catch((error) => (error as { code: string }).code);
          })(),
        ),
    });
    const client = await served.send(postChunked('3\r\nab'));
    expect((await client.response()).text).toBe('begun SLUICE_FAULT_BODY_TIMEOUT');
    expect(await client.ended).toBe('fin');
  });
});
