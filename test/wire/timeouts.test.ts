// Each deadline of the limits: what it ends, and what it leaves alone. What
// outlasts a deadline is seen by a connection beside it that does not.

import { describe, expect, test } from 'vitest';
import { type Completion, type Limits, reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import type { RawClient } from '../support/raw-client.js';
import {
  Arrivals,
  gate,
  get,
  post,
  postChunked,
  type Served,
  serve,
  thenable,
} from '../support/served.js';

/** A deadline that is to be missed. */
const SHORT_MS = 40;
/** One that is to be met, by a machine that may be busy with something else. */
const LONG_MS = 400;

/** All deadlines alike: one that passes shows that the others would have. */
const alike: Partial<Limits> = {
  keepAliveMs: LONG_MS,
  headMs: LONG_MS,
  bodyIdleMs: LONG_MS,
  writeStallMs: LONG_MS,
  lingerMs: LONG_MS,
};

/** The deadlines pass of whatever began before: a connection that begins now idles out. */
async function deadlinesPass(served: Served): Promise<void> {
  const idle = await served.connect();
  await expectSilentEnd(idle);
  idle.finish();
}

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
    await deadlinesPass(served);
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
      limits: { headMs: LONG_MS, keepAliveMs: SHORT_MS },
    });
    const client = await served.send('G');
    let answered = false;
    let sent = 0;
    const trickle = (async () => {
      // A byte for each connection that idles out beside it.
      while (!answered) {
        await (await served.connect()).ended;
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
      limits: { headMs: 2 * LONG_MS, keepAliveMs: LONG_MS },
    });
    const client = await served.connect();
    for (let i = 0; i < 3; i++) {
      client.send('GET / HTTP/1.1\r\n');
      await deadlinesPass(served);
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
      limits: { bodyIdleMs: LONG_MS, keepAliveMs: SHORT_MS },
      fetch: async (request) => reply(await request.text()),
    });
    const client = await served.send(postChunked(''));
    for (const letter of 'abcdefghijklmno') {
      client.send(`1\r\n${letter}\r\n`);
      await (await served.connect()).ended;
    }
    client.send('0\r\n\r\n');
    expect((await client.response()).text).toBe('abcdefghijklmno');
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
    await deadlinesPass(served);
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
    await deadlinesPass(served);
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

describe('bytesPerSecondMin', () => {
  // Every rate has a grace of 5 s: both ways at once.
  test('ends content that comes too slowly, and cuts a reader who takes too little, though some moves', async () => {
    const completions = new Arrivals<Completion>();
    const served = await serve({
      limits: { bytesPerSecondMin: 100_000_000 },
      async fetch(request, context) {
        if (request.method === 'POST') return reply(await request.text());
        void context.completed.then((completion) => completions.add(completion));
        return reply(new Uint8Array(64 * 1024 * 1024));
      },
    });
    const beside = await serve({ fetch: () => reply(), limits: { keepAliveMs: 500 } });
    const sender = await served.send(postChunked('fffff\r\nx'));
    const reader = await served.connect();
    reader.pause();
    reader.send(get());
    let answered = false;
    const trickle = (async () => {
      for (let taken = 0; !answered; taken = reader.unread) {
        await (await beside.connect()).ended;
        sender.send('x');
        reader.resume();
        await loopUntil(() => reader.unread > taken || answered);
        reader.pause();
      }
    })();
    expect((await sender.response()).status).toBe(408);
    expect(await completions.next()).toEqual({ delivered: false, reason: 'writeStalled' });
    answered = true;
    await trickle;
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TIMEOUT']);
  });
});

describe('writeStallMs', () => {
  test('cuts a client that takes nothing', async () => {
    const completions = new Arrivals<Completion>();
    const signals = new Arrivals<AbortSignal>();
    const served = await serve({
      limits: { writeStallMs: SHORT_MS },
      fetch(request, context) {
        signals.add(request.signal);
        void context.completed.then((completion) => completions.add(completion));
        return reply(
          (function* () {
            for (;;) yield new Uint8Array(64 * 1024);
          })(),
        );
      },
    });
    const client = await served.connect();
    client.pause();
    client.send(get());
    expect(await completions.next()).toEqual({ delivered: false, reason: 'writeStalled' });
    expect((await signals.next()).reason).toMatchObject({ reason: 'writeStalled' });
    await loopUntil(() => served.server.stats().connections.writing === 0);
    client.resume();
    await client.ended;
  });

  test('leaves a silent stream alone', async () => {
    const more = gate();
    const served = await serve({
      limits: alike,
      fetch: () =>
        reply(
          (async function* () {
            yield 'event\n';
            await more.promise;
            yield 'another\n';
          })(),
        ),
    });
    const client = await served.send(get());
    await client.head();
    expect((await client.chunk()).toString()).toBe('event\n');
    await deadlinesPass(served);
    more.open();
    expect((await client.chunk()).toString()).toBe('another\n');
    expect((await client.chunk()).length).toBe(0);
  });

  test('leaves a reader alone that takes a little at a time', async () => {
    const size = 24 * 1024 * 1024;
    const served = await serve({
      limits: { writeStallMs: 2 * LONG_MS, keepAliveMs: SHORT_MS },
      fetch: () => reply(new Uint8Array(size)),
    });
    const client = await served.connect();
    client.pause();
    client.send(get());
    const piece = 1024 * 1024;
    for (let taken = piece; taken < size; taken += piece) {
      client.resume();
      const wanted = taken;
      await loopUntil(() => client.unread >= wanted);
      client.pause();
      if (taken % (2 * piece) === 0) await (await served.connect()).ended;
    }
    client.resume();
    expect((await client.response()).body.length).toBe(size);
  });
});

describe('handlerMs', () => {
  test('answers 503 for a handler that takes too long; its own answer is dropped', async () => {
    const answer = gate();
    const closed = new Arrivals<string>();
    const served = await serve({
      limits: { handlerMs: SHORT_MS },
      fetch: async (_request, { target }) => {
        if (target !== '/slow') return reply(target);
        await answer.promise;
        const body: IterableIterator<string> = {
          next: () => ({ done: true, value: undefined }),
          return() {
            closed.add('closed');
            return { done: true, value: undefined };
          },
          [Symbol.iterator]: () => body,
        };
        return reply(body);
      },
    });
    const client = await served.send(get('/slow') + get('/next'));
    expect((await client.response()).status).toBe(503);
    expect((await client.response()).text).toBe('/next');
    // The slot is the handler's until it has ended.
    expect(served.server.stats().inFlight).toBe(1);
    answer.open();
    expect(await closed.next()).toBe('closed');
    expect(served.server.stats().inFlight).toBe(0);
    expect((await client.send(get('/x')).response()).text).toBe('/x');
    expect(served.errors).toEqual([]);
  });

  test('lets a handler that answers its signal at once answer itself', async () => {
    const served = await serve({
      limits: { handlerMs: SHORT_MS },
      // A promise would answer a turn later.
      fetch: (request) =>
        thenable((resolve) => {
          request.signal.addEventListener('abort', () => resolve(reply('cut short')));
        }),
    });
    const client = await served.send(get());
    expect((await client.response()).text).toBe('cut short');
  });

  test('does not run for a streamed reply once it has begun', async () => {
    const more = gate();
    const served = await serve({
      limits: { ...alike, handlerMs: SHORT_MS },
      fetch: () =>
        reply(
          (async function* () {
            yield 'a';
            await more.promise;
            yield 'b';
          })(),
        ),
    });
    const client = await served.send(get());
    await client.head();
    await deadlinesPass(served);
    more.open();
    expect((await client.chunk()).toString()).toBe('a');
    expect((await client.chunk()).toString()).toBe('b');
  });
});

describe('lingering', () => {
  test('ends lingerMs after the last byte', async () => {
    const served = await serve({ fetch: () => reply(), limits: { lingerMs: SHORT_MS } });
    const client = await served.send(get('/', 'Connection: close\r\n'));
    await client.response();
    expect(await client.ended).toBe('fin');
    await loopUntil(() => served.server.stats().connections.closing === 0);
  });

  test('is prolonged by bytes, but not beyond lingerMsMax', async () => {
    const served = await serve({
      fetch: () => reply(),
      limits: { lingerMs: LONG_MS, lingerMsMax: 2 * LONG_MS, keepAliveMs: SHORT_MS },
    });
    const client = await served.send('bad\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    let sent = 0;
    client.socket.on('error', () => undefined);
    // A byte for each connection that idles out beside it: never a silence of lingerMs.
    while (client.socket.writable && served.faults.length === 1 && sent < 1000) {
      const idle = await served.connect();
      await idle.ended;
      idle.socket.destroy();
      if (served.server.stats().connections.closing === 0) break;
      client.send('x');
      sent++;
    }
    expect(sent).toBeLessThan(1000);
    expect(sent).toBeGreaterThan(0);
  });

  test('ends after lingerBytesMax', async () => {
    const served = await serve({
      fetch: () => reply(),
      limits: { lingerBytesMax: 1024 * 1024 },
    });
    const client = await served.send('bad\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    client.send(new Uint8Array(16 * 1024 * 1024));
    await new Promise((resolve) => client.socket.once('close', resolve));
    expect(client.socket.errored).toMatchObject({
      code: expect.stringMatching(/ECONNRESET|EPIPE/),
    });
  });
});
