// close(): what is under way ends, nothing new begins, and the report says what
// became of it.

import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { RawClient } from '../support/raw-client.js';
import { Arrivals, gate, get, onTestEnd, post, serve } from '../support/test-server.js';

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

describe('listen()', () => {
  test('gives the address, and may be called for several', async () => {
    const server = createServer({ fetch: () => reply('x') });
    onTestEnd(() => server.close({ graceMs: 0 }));
    const first = await server.listen();
    const second = await server.listen({ port: 0, host: '127.0.0.1' });
    expect(first).toEqual({ address: '127.0.0.1', port: first.port, family: 'IPv4' });
    expect(second.port).not.toBe(first.port);
    for (const { port } of [first, second]) {
      const client = await RawClient.connect(port);
      expect((await client.send(get()).response()).text).toBe('x');
      client.socket.destroy();
    }
  });

  test('rejects with the code of the system', async () => {
    const served = await serve({ fetch: () => reply() });
    const server = createServer({ fetch: () => reply() });
    await expect(server.listen({ port: served.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`127.0.0.1:${served.port}`),
    });
    await expect(server.listen({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    await expect(server.listen({ path: '/nowhere/at/all' })).rejects.toMatchObject({
      code: expect.stringMatching(/^E(ACCES|NOENT)$/),
    });
    // It may still listen elsewhere.
    const { port } = await server.listen();
    expect(port).toBeGreaterThan(0);
    await server.close();
  });
});

describe('listen() and close()', () => {
  const all = "expected a name or an address; '0.0.0.0' or '::' for every address of this machine";
  const port = 'expected a whole number from 0 to 65535 (0: any free port)';
  test.each<[unknown, string]>([
    [-1, `port: got -1, ${port}`],
    [65_536, `port: got 65536, ${port}`],
    [Number.NaN, `port: got NaN, ${port}`],
    [{ port: '3000' }, `port: got "3000", ${port}`],
    [{ port: null }, `port: got null, ${port}`],
    [{ port: 80.5 }, `port: got 80.5, ${port}`],
    [{ hostname: '::' }, 'hostname: unknown option; did you mean host? Got "::"; there are port,'],
    [{ Port: 3000 }, 'Port: unknown option; did you mean port? Got 3000; there are port, host,'],
    [{ host: '' }, `host: got "", ${all}`],
    [{ host: 5 }, `host: got 5, ${all}`],
    [{ path: '' }, 'path: got "", expected the path of a Unix domain socket'],
    [{ backlog: 0 }, 'backlog: got 0, expected a whole number from 1 to 2147483647'],
    ['3000', 'listen(): got "3000", expected a port, or an object with port, host, path, backlog'],
    [null, 'listen(): got null, expected a port'],
  ])('refuse %j for an address', async (where, message) => {
    const server = createServer({ fetch: () => reply() });
    const listening = server.listen(where as Parameters<typeof server.listen>[0]);
    await expect(listening).rejects.toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: expect.stringContaining(message),
    });
  });

  const ms = 'expected a finite number of milliseconds, 0 or more';
  test.each<[unknown, string]>([
    [{ grace: 5 }, 'grace: unknown option; did you mean graceMs? Got 5; there are graceMs,'],
    [{ timeout: 5 }, 'timeout: unknown option; did you mean graceMs?'],
    [{ graceMs: '5' }, `graceMs: got "5", ${ms}`],
    [{ graceMs: -1 }, `graceMs: got -1, ${ms}`],
    [{ graceMs: Number.NaN }, `graceMs: got NaN, ${ms}`],
    [{ readinessDelayMs: '5' }, `readinessDelayMs: got "5", ${ms}`],
    [5000, 'close(): got 5000, expected an object with graceMs, readinessDelayMs'],
    [null, 'close(): got null, expected an object'],
  ])('refuse %j for times, and go on serving', async (options, message) => {
    const served = await serve({ fetch: () => reply('x') });
    const closing = served.server.close(options as Parameters<typeof served.server.close>[0]);
    await expect(closing).rejects.toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: expect.stringContaining(message),
    });
    expect((await (await served.send(get())).response()).closes).toBe(false);
  });

  test('take a number for a port, and what is undefined for what is not given', async () => {
    const server = createServer({ fetch: () => reply() });
    onTestEnd(() => server.close());
    const { port } = await server.listen(0);
    await server.close({ graceMs: undefined, readinessDelayMs: undefined });
    const bound = await server.listen(port);
    expect(bound).toEqual({ address: '127.0.0.1', port, family: 'IPv4' });
    await server.listen({ port: undefined, host: undefined, path: undefined, backlog: undefined });
  });
});

describe('an option that does not fit', () => {
  const fetch = () => reply();
  test.each<[string, object, string]>([
    ['fetch', {}, 'undefined'],
    ['fetch', { fetch: 5 }, '5'],
    ['retries', { fetch, retries: 3 }, '3'],
    ['concurrency', { fetch, concurrency: 0 }, '0'],
    ['queue.law', { fetch, queue: { law: 'lifo' } }, 'lifo'],
    ['queue.waitMs', { fetch, queue: { waitMs: -1 } }, '-1'],
    ['limits.headMs', { fetch, limits: { headMs: '5' } }, '"5"'],
    ['limits.headTime', { fetch, limits: { headTime: 5 } }, '5'],
    ['onError', { fetch, onError: true }, 'true'],
    ['priority', { fetch, priority: 1 }, '1'],
    ['health.live', { fetch, health: { live: 'x', ready: '/' } }, 'x'],
    ['observer', { fetch, observer: 1 }, '1'],
  ])('throws at once and names itself and what came: %s', (name, options, came) => {
    let thrown: unknown;
    try {
      createServer(options as Parameters<typeof createServer>[0]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    const { message } = thrown as Error;
    expect(message).toContain(`${name}`);
    expect(message.slice(message.indexOf(name) + name.length)).toContain(came);
  });
});
