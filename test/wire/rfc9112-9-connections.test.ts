// RFC 9112 §9: which connections go on, and in which order their requests are
// answered.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopTurns } from '../support/loop-turns.js';
import { heldMemory } from '../support/process-memory.js';
import { type Gate, gate, get, post, serve } from '../support/test-server.js';

const target = (_request: Request, context: { target: string }) => reply(context.target);

describe('§9.3 persistence', () => {
  test('HTTP/1.1 goes on by default, and says nothing about it', async () => {
    const served = await serve({ fetch: target });
    const client = await served.connect();
    for (const path of ['/1', '/2', '/3']) {
      const response = await client.send(get(path)).response();
      expect(response.text).toBe(path);
      expect(response.get('connection')).toBeUndefined();
    }
    expect(served.server.stats().connections['keep-alive']).toBe(1);
  });

  test('HTTP/1.1 ends where the client says close', async () => {
    const served = await serve({ fetch: target });
    const client = await served.send(get('/1', 'Connection: Close\r\n'));
    expect((await client.response()).closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('close wins over keep-alive, and over several field lines', async () => {
    const served = await serve({ fetch: target });
    const client = await served.send(
      get('/1', 'Connection: keep-alive, x\r\nConnection: y , close\r\n'),
    );
    expect((await client.response()).closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('a request after one that said close is not answered', async () => {
    const handled: string[] = [];
    const served = await serve({
      fetch(_request, context) {
        handled.push(context.target);
        return reply();
      },
    });
    const client = await served.send(get('/1', 'Connection: close\r\n') + get('/2'));
    expect((await client.response()).closes).toBe(true);
    expect((await client.rest()).length).toBe(0);
    expect(handled).toEqual(['/1']);
  });

  test('HTTP/1.0 ends by default', async () => {
    const served = await serve({ fetch: target });
    const client = await served.send('GET /1 HTTP/1.0\r\n\r\n');
    const response = await client.response();
    expect(response.closes).toBe(true);
    expect(response.text).toBe('/1');
    expect(await client.ended).toBe('fin');
  });

  test('HTTP/1.0 goes on where the client asks, and is told so', async () => {
    const served = await serve({ fetch: target });
    const client = await served.connect();
    for (const path of ['/1', '/2']) {
      client.send(`GET ${path} HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n`);
      const response = await client.response();
      expect(response.text).toBe(path);
      expect(response.get('connection')).toBe('keep-alive');
    }
    client.send('GET /3 HTTP/1.0\r\n\r\n');
    expect((await client.response()).closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('HTTP/1.0 with keep-alive ends after a stream, whose end it could not see otherwise', async () => {
    const served = await serve({ fetch: () => reply(['a', 'b']) });
    const client = await served.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    const response = await client.response();
    expect(response.closes).toBe(true);
    expect(response.get('transfer-encoding')).toBeUndefined();
    expect(response.get('content-length')).toBeUndefined();
    expect(response.text).toBe('ab');
    expect(await client.ended).toBe('fin');
  });

  test('HTTP/1.0 with keep-alive goes on after a stream of a declared length', async () => {
    const served = await serve({
      fetch: () => reply(['a', 'b'], { headers: { 'Content-Length': 2 } }),
    });
    const client = await served.connect();
    for (let i = 0; i < 2; i++) {
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      const response = await client.response();
      expect(response.get('connection')).toBe('keep-alive');
      expect(response.text).toBe('ab');
    }
  });

  test('a later minor version is served as 1.1', async () => {
    const served = await serve({
      fetch: (_request, { httpVersion }) => reply([httpVersion]),
    });
    const client = await served.send('GET / HTTP/1.7\r\nHost: a\r\n\r\n');
    const response = await client.response();
    expect(response.get('transfer-encoding')).toBe('chunked');
    expect(response.text).toBe('1.1');
  });

  test('ends where the handler says close', async () => {
    const served = await serve({ fetch: () => reply('x', { headers: { Connection: 'close' } }) });
    const client = await served.send(get() + get());
    expect((await client.response()).closes).toBe(true);
    expect((await client.rest()).length).toBe(0);
  });

  test('ends with the last request that requestsPerConnectionMax allows', async () => {
    const served = await serve({ fetch: target, limits: { requestsPerConnectionMax: 3 } });
    const client = await served.send(get('/1') + get('/2') + get('/3') + get('/4'));
    const responses = await client.responses(3);
    expect(responses.map(({ text }) => text)).toEqual(['/1', '/2', '/3']);
    expect(responses.map(({ closes }) => closes)).toEqual([false, false, true]);
    expect((await client.rest()).length).toBe(0);
  });
});

describe('§9.3.2 pipelining', () => {
  test('answers in the order of the requests, though a later one would be ready earlier', async () => {
    const gates: Record<string, Gate> = { '/1': gate(), '/2': gate() };
    const started: string[] = [];
    const served = await serve({
      async fetch(_request, context) {
        started.push(context.target);
        await gates[context.target]?.promise;
        return reply(context.target);
      },
    });
    const client = await served.send(get('/1') + get('/2') + get('/3'));
    gates['/2']?.open();
    const other = await served.send(get('/other'));
    expect((await other.response()).text).toBe('/other');
    // Only the first of a connection runs.
    expect(started).toEqual(['/1', '/other']);
    gates['/1']?.open();
    const texts = (await client.responses(3)).map(({ text }) => text);
    expect(texts).toEqual(['/1', '/2', '/3']);
  });

  test('tells content from the next request, whether it was read or not', async () => {
    const served = await serve({
      async fetch(request, { target: path }) {
        return reply(path === '/read' ? await request.text() : path);
      },
    });
    const chunked =
      'POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const client = await served.send(
      post('GET /x HTTP/1.1\r\n\r\n', '', '/unread') +
        chunked +
        chunked.replace('/read', '/unread-2') +
        post('xyz', '', '/read') +
        get('/end'),
    );
    const texts = (await client.responses(5)).map(({ text }) => text);
    expect(texts).toEqual(['/unread', 'abc', '/unread-2', 'xyz', '/end']);
  });

  test('50,000 requests on one socket: one handler at a time, memory flat', async () => {
    const count = 50_000;
    let running = 0;
    let runningMax = 0;
    let heldMax = 0;
    let handled = 0;
    const served = await serve({
      // So many in one turn wait for the next one; a machine that is busy elsewhere is no overload.
      queue: { law: 'timed', waitMs: 60_000 },
      async fetch() {
        running++;
        runningMax = Math.max(runningMax, running);
        // Some answer at once, most after a turn of the microtasks.
        if (++handled % 10 !== 0) await Promise.resolve();
        if (handled % 1000 === 0) heldMax = Math.max(heldMax, served.server.stats().bytes);
        running--;
        return reply('x');
      },
    });
    const client = await served.connect();
    const wave = Buffer.from(get().repeat(1000));
    const sending = (async () => {
      for (let i = 0; i < count / 1000; i++) await client.sent(wave);
    })();
    let before = 0;
    for (let i = 0; i < count; i++) {
      if (i === 10_000) before = heldMemory();
      const { status, body } = await client.response();
      if (status !== 200 || body.length !== 1) throw new Error(`not an answer: ${status}`);
    }
    await sending;
    expect(heldMemory() - before).toBeLessThan(8 * 1024 * 1024);
    expect(handled).toBe(count);
    expect(runningMax).toBe(1);
    // Read ahead: the bound, and the read that went over it; and a backlog of answers.
    expect(heldMax).toBeLessThanOrEqual(6 * 64 * 1024);
    expect(client.unread).toBe(0);
  });

  test('50,000 requests whose handler takes its time hold few bytes and start no second one', async () => {
    const first = gate();
    let handled = 0;
    const served = await serve({
      async fetch() {
        handled++;
        await first.promise;
        return reply('x', { headers: { Connection: 'close' } });
      },
    });
    const client = await served.send(get().repeat(50_000));
    // Meanwhile sluice has read of it what it will.
    await loopTurns(200);
    expect(handled).toBe(1);
    expect(served.server.stats().bytes).toBeLessThanOrEqual(2 * 64 * 1024);
    first.open();
    expect((await client.response()).closes).toBe(true);
    expect(await client.ended).toBe('fin');
    expect(handled).toBe(1);
  });
});

describe('§9.6 tear-down', () => {
  test('closes its side after the last response and waits for the client to close its own', async () => {
    const served = await serve({ fetch: target });
    const client = await served.send(get('/1', 'Connection: close\r\n'));
    await client.response();
    expect(await client.ended).toBe('fin');
    expect(served.server.stats().connections.closing).toBe(1);
    // What still comes is thrown away, not reset.
    await client.sent(get('/2'));
    const end = new Promise((resolve) => client.socket.once('close', resolve));
    client.finish();
    await end;
    expect(client.socket.errored).toBeNull();
  });
});
