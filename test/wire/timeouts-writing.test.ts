// Each deadline of writing, of handlers and of lingering: what it ends, and what it leaves alone.

import { describe, expect, test } from 'vitest';
import { type Completion, type Reply, reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { Arrivals, gate, get, postChunked, serve, thenable } from '../support/test-server.js';
import { alike, beats, idlesOut, LONG_MS, SHORT_MS } from '../support/virtual-deadlines.js';

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
    const beat = await beats(500);
    const sender = await served.send(postChunked('fffff\r\nx'));
    const reader = await served.connect();
    reader.pause();
    reader.send(get());
    let answered = false;
    const trickle = (async () => {
      for (let taken = 0; !answered; taken = reader.unread) {
        await beat();
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
    await idlesOut(served);
    more.open();
    expect((await client.chunk()).toString()).toBe('another\n');
    expect((await client.chunk()).length).toBe(0);
  });

  test('leaves a reader alone that takes a little at a time', async () => {
    const size = 40 * 1024 * 1024;
    const beat = await beats(SHORT_MS);
    const served = await serve({
      limits: { writeStallMs: LONG_MS },
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
      await beat();
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

  // What a handler gives is heard through a promise, whatever it gives: after its signal's listeners.
  test.each([
    ['a promise', (start: (resolve: (answer: Reply) => void) => void) => new Promise<Reply>(start)],
    ['another thenable', thenable],
  ])('answers for a handler, though its signal makes it answer: %s', async (_name, promised) => {
    const served = await serve({
      limits: { handlerMs: SHORT_MS },
      fetch: (request) =>
        promised((resolve) => {
          request.signal.addEventListener('abort', () => resolve(reply('cut short')));
        }),
    });
    const client = await served.send(get() + get());
    const { status, text } = await client.response();
    expect([status, text]).toEqual([503, 'The handler took too long.\n']);
    expect((await client.response()).status).toBe(503);
    expect(served.errors).toEqual([]);
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
    await idlesOut(served);
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
      limits: { lingerMs: LONG_MS, lingerMsMax: 1.5 * LONG_MS },
    });
    const beat = await beats(0.3 * LONG_MS);
    const client = await served.send('bad\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    let sent = 0;
    client.socket.on('error', () => undefined);
    for (;;) {
      await beat();
      if (served.server.stats().connections.closing === 0) break;
      client.send('x');
      sent++;
    }
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
