// close(): what is under way ends, nothing new begins, and the report says what
// became of it.

import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { RawClient } from '../support/raw-client.js';
import { Arrivals, gate, get, post, serve } from '../support/test-server.js';

describe('close()', () => {
  test('of a server without connections is over at once, and the port is free', async () => {
    const served = await serve({ fetch: () => reply() });
    expect(await served.server.close()).toEqual({ finished: 0, refused: 0, cutOff: 0 });
    await expect(RawClient.connect(served.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const next = createServer({ fetch: () => reply() });
    await next.listen({ port: served.port });
    await next.close();
  });

  test('twice gives the same promise', async () => {
    const served = await serve({ fetch: () => reply() });
    const first = served.server.close();
    expect(served.server.close({ graceMs: 1 })).toBe(first);
    await first;
    expect(served.server.close()).toBe(first);
  });

  test('again, with a shorter grace, hurries the first', async () => {
    const served = await serve({ fetch: () => new Promise(() => undefined) });
    const client = await served.send(get());
    await loopUntil(() => served.server.stats().inFlight === 1);
    const first = served.server.close({ graceMs: 600_000 });
    await loopTurns(5);
    // A longer one, and one that says nothing, change nothing.
    served.server.close({ graceMs: 900_000 });
    served.server.close();
    await loopTurns(5);
    expect(served.server.stats().connections.writing).toBe(1);
    expect(await served.server.close({ graceMs: 0 })).toEqual(await first);
    expect(await first).toEqual({ finished: 0, refused: 0, cutOff: 1 });
    expect(await client.ended).toBe('reset');
  });

  test('again ends the readiness delay of the first', async () => {
    const served = await serve({ fetch: () => reply() });
    const first = served.server.close({ readinessDelayMs: 600_000 });
    served.server.close({ graceMs: 0 });
    expect(await first).toEqual({ finished: 0, refused: 0, cutOff: 0 });
  });

  test('while it listens leaves nothing that listens', async () => {
    // A port that was free a moment ago.
    const served = await serve({ fetch: () => reply() });
    const { port } = served;
    await served.server.close();
    for (const host of ['127.0.0.1', 'localhost']) {
      const server = createServer({ fetch: () => reply() });
      const listening = server.listen({ host, port });
      const closed = server.close();
      await expect(listening).rejects.toMatchObject({ code: 'SLUICE_SERVER_CLOSED' });
      await closed;
      await loopTurns(20);
      await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  test('lets it listen again, as if it were new, and count on', async () => {
    const served = await serve({
      concurrency: 1,
      health: { live: '/live', ready: '/ready' },
      fetch: () => reply('x'),
    });
    const first = await served.send(get());
    await first.response();
    first.finish();
    const closing = served.server.close();
    await expect(served.server.listen()).rejects.toMatchObject({ code: 'SLUICE_SERVER_CLOSED' });
    await closing;
    for (let round = 0; round < 3; round++) {
      const { port } = await served.server.listen({ port: served.port });
      expect(port).toBe(served.port);
      const client = await served.send(get('/ready'));
      expect((await client.response()).status).toBe(200);
      const response = await client.send(get()).response();
      expect(response.closes).toBe(false);
      client.finish();
      expect(await served.server.close()).toEqual({ finished: 0, refused: 0, cutOff: 0 });
    }
    expect(served.server.stats()).toMatchObject({ started: 4, probes: 3, refused: 0, inFlight: 0 });
  });

  test('before listen() is well, and listen() after it too', async () => {
    const server = createServer({ fetch: () => reply() });
    expect(await server.close()).toEqual({ finished: 0, refused: 0, cutOff: 0 });
    expect((await server.listen()).port).toBeGreaterThan(0);
    await server.close();
  });

  test('is what the end of an `await using` does', async () => {
    const served = await serve({ fetch: () => reply() });
    await served.server[Symbol.asyncDispose]();
    await expect(RawClient.connect(served.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('lets requests under way end, as the last of their connections', async () => {
    const answer = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      concurrency: 2,
      queue: { waitMs: 60_000 },
      async fetch(_request, { target }) {
        if (target === '/stream')
          return reply(
            (async function* () {
              yield 'a';
              started.add();
              await answer.promise;
              yield 'b';
            })(),
          );
        started.add();
        await answer.promise;
        return reply('x');
      },
    });
    const running = await served.send(get());
    const streaming = await served.send(get('/stream'));
    await started.next();
    await started.next();
    const queued = [await served.send(get()), await served.send(get())];
    await loopUntil(() => served.server.stats().queued === 1);
    const pipelined = await served.send(get());
    await loopUntil(() => served.server.stats().queued === 2);
    pipelined.send(get('/never'));
    const closing = served.server.close();
    answer.open();
    expect((await running.response()).closes).toBe(true);
    expect((await streaming.response()).text).toBe('ab');
    for (const client of [...queued, pipelined]) {
      const response = await client.response();
      expect(response.status).toBe(200);
      expect(response.closes).toBe(true);
    }
    for (const client of [running, streaming, ...queued, pipelined]) {
      expect(await client.ended).toBe('fin');
      expect(client.unread).toBe(0);
      client.finish();
    }
    expect(await closing).toEqual({ finished: 5, refused: 0, cutOff: 0 });
  });

  test('answers the request that crosses it on a connection that was busy a moment ago', async () => {
    const served = await serve({ fetch: () => reply('x') });
    const client = await served.send(get());
    await client.response();
    const closing = served.server.close();
    const response = await client.send(get()).response();
    expect(response.text).toBe('x');
    expect(response.closes).toBe(true);
    client.finish();
    expect(await closing).toEqual({ finished: 1, refused: 0, cutOff: 0 });
  });

  test('ends idle connections within a second', async () => {
    const served = await serve({ fetch: () => reply('x') });
    const fresh = await served.connect();
    const used = await served.send(get());
    await used.response();
    const closing = served.server.close();
    for (const client of [fresh, used]) {
      expect(await client.ended).toBe('fin');
      client.finish();
    }
    expect(await closing).toEqual({ finished: 0, refused: 0, cutOff: 0 });
  });

  test('lets a request that is still being sent arrive and be answered', async () => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    const inHead = await served.send('GET / HT');
    const inBody = await served.send(post('abc').slice(0, -2));
    await loopUntil(() => {
      const { connections } = served.server.stats();
      return connections['reading-headers'] === 1 && connections['reading-body'] === 1;
    });
    const closing = served.server.close();
    await loopTurns(5);
    inHead.send('TP/1.1\r\nHost: a\r\n\r\n');
    inBody.send('bc');
    for (const client of [inHead, inBody]) {
      const response = await client.response();
      expect(response.status).toBe(200);
      expect(response.closes).toBe(true);
      client.finish();
    }
    expect(await closing).toEqual({ finished: 2, refused: 0, cutOff: 0 });
  });

  test('cuts off what outlasts its grace, refuses who still waits, and says so', async () => {
    const started = new Arrivals<AbortSignal>();
    const served = await serve({
      concurrency: 1,
      queue: { waitMs: 60_000 },
      fetch(request) {
        started.add(request.signal);
        return new Promise(() => undefined);
      },
    });
    const running = await served.send(get());
    const signal = await started.next();
    const waiting = await served.send(get());
    await loopUntil(() => served.server.stats().queued === 1);
    const closing = served.server.close({ graceMs: 20 });
    const refused = await waiting.response();
    expect(refused.status).toBe(503);
    expect(refused.closes).toBe(true);
    expect(await running.ended).toBe('reset');
    expect(signal.aborted).toBe(true);
    expect(await closing).toEqual({ finished: 0, refused: 1, cutOff: 1 });
    expect(Object.values(served.server.stats().connections)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('counts who was refused as refused, and as nothing else', async () => {
    const answer = gate();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 60_000, entriesMax: 1 },
      async fetch() {
        await answer.promise;
        return reply('x');
      },
    });
    const running = await served.send(get());
    await loopUntil(() => served.server.stats().inFlight === 1);
    const late = await served.connect();
    const waiting = await served.send(get());
    await loopUntil(() => served.server.stats().queued === 1);
    const closing = served.server.close();
    // On a connection that was opened a moment before the close.
    expect((await late.send(get()).response()).status).toBe(503);
    answer.open();
    for (const client of [running, waiting]) expect((await client.response()).status).toBe(200);
    expect(await closing).toEqual({ finished: 2, refused: 1, cutOff: 0 });
  });

  test('lets a handler that answers its signal be heard', async () => {
    const started = new Arrivals<void>();
    const served = await serve({
      fetch(request) {
        const answer = new Promise<ReturnType<typeof reply>>((resolve) => {
          request.signal.addEventListener('abort', () => resolve(reply('aborted')));
        });
        started.add();
        return answer;
      },
    });
    const client = await served.send(get());
    await started.next();
    const closing = served.server.close({ graceMs: 20 });
    expect((await client.response()).text).toBe('aborted');
    expect((await closing).cutOff).toBe(0);
  });

  test('with readinessDelayMs goes on serving for so long, and says so to who asks', async () => {
    const served = await serve({
      health: { live: '/live', ready: '/ready' },
      fetch: () => reply('x'),
    });
    const client = await served.send(get('/ready'));
    expect((await client.response()).status).toBe(200);
    const closing = served.server.close({ readinessDelayMs: 400 });
    expect((await client.send(get('/ready')).response()).status).toBe(503);
    const other = await served.send(get());
    expect((await other.response()).closes).toBe(false);
    expect(await client.ended).toBe('fin');
    expect(await other.ended).toBe('fin');
    client.finish();
    other.finish();
    await closing;
  });

  test('keeps nobody who asks for silence: a server that is closed lets the process go', async () => {
    const served = await serve({ fetch: () => reply('x') });
    const client = await served.send(get());
    await client.response();
    await served.server.close({ graceMs: 0 });
    expect(['fin', 'reset']).toContain(await client.ended);
  });
});
