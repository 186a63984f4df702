// What observers are told of each request: one record at its end, with bytes and times that are its client's.

import { describe, expect, test } from 'vitest';
import type { FetchHandler, Observer } from '../../../../src/index.js';
import { reply } from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../../support/test-server.js';
import { RecordScene } from './record-scene.js';

describe('a request that is answered', () => {
  test('is told when it starts and when its response has left, with all that it was', async () => {
    const scene: RecordScene = new RecordScene(
      async (_request, context) => {
        context.route = '/users/:id';
        await scene.sleep(30);
        return reply('four', { status: 201 });
      },
      { priority: () => 'critical' },
    );
    await scene.to(5);
    const head = get('/users/7?q=1', 'User-Agent: u\r\nX: 1\r\nx: 2\r\n');
    await scene.send(head.slice(0, 9));
    await scene.to(15);
    await scene.send(head.slice(9));
    const [start] = scene.records.starts;
    expect([scene.records.starts.length, scene.records.completions]).toEqual([1, []]);
    await scene.to(100);
    const { headers, ...record } = scene.completed;
    const { written } = scene;
    expect(record).toEqual({
      connectionId: 1,
      requestId: 1,
      method: 'GET',
      target: '/users/7?q=1',
      httpVersion: '1.1',
      encrypted: false,
      scheme: 'http',
      host: 'a',
      remoteAddress: '127.0.0.1',
      remotePort: 1,
      clientAddress: '127.0.0.1',
      priority: 'critical',
      route: '/users/:id',
      status: 201,
      requestBytes: head.length,
      requestContentBytes: 0,
      responseBytes: written.length,
      responseContentBytes: 4,
      waitedMs: 0,
      handlerMs: 30,
      durationMs: 40,
      delivered: true,
      reason: undefined,
    });
    expect([headers.get('user-agent'), headers.get('X'), headers.get('y')]).toEqual([
      'u',
      '1, 2',
      null,
    ]);
    expect(start).toEqual({
      ...Object.fromEntries(Object.entries(record).slice(0, 12)),
      headers,
      waitedMs: 0,
    });
  });

  test('has the time in the queue, and that behind the request before it', async () => {
    const first = gate();
    const scene = new RecordScene(
      async (_request, { target }) => {
        if (target === '/1') await first.promise;
        return reply('x');
      },
      { concurrency: 1 },
    );
    await scene.send(get('/1') + get('/2'));
    const other = scene.connect();
    await scene.to(10);
    other.onBytes(Buffer.from(get('/3')), 10);
    await scene.to(40);
    first.open();
    await scene.to(60);
    const told = scene.records.completions.map((record) => [
      record.target,
      Math.round(record.waitedMs),
      Math.round(record.handlerMs),
      Math.round(record.durationMs),
    ]);
    expect(told.sort()).toEqual([
      ['/1', 0, 40, 40],
      ['/2', 0, 0, 40],
      ['/3', 30, 0, 30],
    ]);
  });

  test('has its own time, after content that came in very many reads', async () => {
    const scene = new RecordScene(async (request) => reply(await request.text()));
    const content = 'x'.repeat(300);
    await scene.send(post(content).slice(0, -content.length));
    for (let i = 1; i <= content.length; i++) {
      await scene.to(i);
      await scene.send('x');
    }
    await scene.to(1000);
    await scene.send(get('/2'));
    const told = scene.records.completions.map((record) => record.durationMs);
    expect(told).toEqual([300, 0]);
  });

  test('has its own time, though it came in very many reads behind a request that took long', async () => {
    const first = gate();
    const scene = new RecordScene(async (_request, { target }) => {
      if (target === '/1') await first.promise;
      return reply('x');
    });
    await scene.send(get('/1'));
    const head = get('/2', `X: ${'y'.repeat(200)}\r\n`);
    for (const [i, byte] of [...head].entries()) {
      await scene.to(1000 + i);
      await scene.send(byte);
    }
    await scene.send(get('/3'));
    await scene.to(2000);
    first.open();
    await scene.to(3000);
    const told = scene.records.completions.map((record) => Math.round(record.durationMs));
    expect(told.slice(0, 2)).toEqual([2000, 1000]);
    // Of so many reads that wait, some are told apart no more: it counts with those just before it.
    const came = 1000 + head.length - 1;
    expect(told[2]).toBeGreaterThanOrEqual(2000 - came);
    expect(told[2]).toBeLessThanOrEqual(2000 - came + 16);
  });

  test.each<[string, string, number, number]>([
    ['no content', get(), 0, 0],
    ['a length', post('abcdef'), 6, 6],
    ['chunks', postChunked('3\r\nabc\r\n3;x=1\r\ndef\r\n0\r\nT: 1\r\n\r\n'), 6, 6],
    ['an empty line in front', `\r\n${get()}`, 0, 0],
  ])('with %s, has the bytes that came', async (_what, bytes, contentBytes, sent) => {
    const scene = new RecordScene(async (request) => reply(await request.text()));
    for (const byte of bytes) scene.come(byte);
    await scene.to(1);
    const { written } = scene;
    expect(scene.completed).toMatchObject({
      requestBytes: bytes.replace(/^\r\n/, '').length,
      requestContentBytes: contentBytes,
      responseBytes: written.length,
      responseContentBytes: sent,
    });
  });

  async function* pieces(): AsyncGenerator<string> {
    yield 'abc';
    yield 'defgh';
  }

  test.each<[string, FetchHandler, number, string?]>([
    ['a stream', () => reply(pieces()), 8],
    ['bytes', () => reply(new Uint8Array(9)), 9],
    ['many bytes', () => reply(new Uint8Array(100_000)), 100_000],
    ['a stream of a length', () => reply(pieces(), { headers: { 'Content-Length': 8 } }), 8],
    ['nothing, to a HEAD', () => reply('abc'), 0, get().replace('GET', 'HEAD')],
    ['nothing, as a 304', () => reply(undefined, { status: 304 }), 0],
    [
      'informational ones before',
      (_request, context) => {
        context.sendInformational(103, { Link: '</a>' });
        return reply('abc');
      },
      3,
    ],
    ['one in HTTP/1.0', () => reply(pieces()), 8, 'GET / HTTP/1.0\r\n\r\n'],
  ])('with %s, has the bytes that left', async (_what, fetch, contentBytes, request = get()) => {
    const scene = new RecordScene(fetch);
    await scene.send(request);
    await scene.to(10);
    const { completed, written } = scene;
    expect(completed).toMatchObject({
      delivered: true,
      responseBytes: written.length,
      responseContentBytes: contentBytes,
    });
  });

  test('is answered by its upgrade, however long the tunnel is open', async () => {
    const scene: RecordScene = new RecordScene(async (_request, context) => {
      await scene.sleep(20);
      await context.upgrade();
    });
    await scene.send(get('/', 'Connection: upgrade\r\nUpgrade: echo\r\n'));
    await scene.to(500);
    scene.connection.onReset(500, undefined);
    expect(scene.completed).toMatchObject({ status: 101, handlerMs: 20 });
  });

  test('is over when the system has taken its last byte, whoever follows', async () => {
    const scene = new RecordScene();
    scene.line.unflushedBytes = 1;
    await scene.send(get('/1'));
    expect(scene.records.completions).toEqual([]);
    await scene.to(70);
    scene.line.unflushedBytes = 0;
    scene.connection.onFlushed(70);
    expect(scene.completed).toMatchObject({ target: '/1', durationMs: 70, handlerMs: 0 });
  });

  test('is over though its content is still read, when that is', async () => {
    const scene = new RecordScene(() => reply('early'));
    await scene.send(postChunked('3\r\nabc\r\n'));
    expect([scene.state, scene.records.completions]).toEqual(['drain/done/keep', []]);
    await scene.to(20);
    await scene.send('0\r\n\r\n');
    expect(scene.completed).toMatchObject({
      status: 200,
      delivered: true,
      durationMs: 0,
      requestContentBytes: 3,
    });
  });

  async function* failing(): AsyncGenerator<string> {
    yield await Promise.reject(new Error('x'));
  }

  test.each<[string, FetchHandler, number]>([
    ['throws', () => Promise.reject(new Error('x')), 500],
    [
      'throws at once',
      () => {
        throw new Error('x');
      },
      500,
    ],
    ['gives what can’t be sent', () => 7 as never, 500],
    ['fails before the first chunk', () => reply(failing()), 500],
  ])('by a handler that %s, has the status that was sent', async (_what, fetch, status) => {
    const scene = new RecordScene(fetch);
    await scene.send(get());
    await scene.to(10);
    expect(scene.statuses).toEqual([status]);
    expect(scene.completed).toMatchObject({ status, delivered: true, reason: undefined });
  });

  test('for its handler in time, has the time of the handler so far', async () => {
    const scene = new RecordScene(() => new Promise(() => {}), { limits: { handlerMs: 50 } });
    await scene.send(get());
    await scene.to(200);
    const { status, handlerMs, durationMs } = scene.completed;
    expect([status, Math.round(handlerMs), Math.round(durationMs)]).toEqual([503, 50, 50]);
  });

  test('with content that goes wrong while its handler reads, has the answer to that', async () => {
    const scene = new RecordScene(async (request) => reply(await request.text()));
    await scene.send(postChunked('3\r\nabc\r\nxyz\r\n'));
    await scene.to(1);
    expect(scene.completed).toMatchObject({ status: 400, delivered: true });
    expect(scene.records.faults).toMatchObject([{ code: 'SLUICE_FAULT_CHUNK_SIZE_INVALID' }]);
    expect(scene.records.faults).toEqual(scene.faults);
  });
});

test('health paths are told with their class, and counted apart', async () => {
  const scene = new RecordScene(undefined, { health: { live: '/live', ready: '/ready' } });
  await scene.send(get('/live') + get('/'));
  expect(scene.records.completions.map(({ priority }) => priority)).toEqual(['probe', 'default']);
  expect([scene.parts.roster.requestsStarted, scene.parts.roster.probesStarted]).toEqual([1, 1]);
});

test('a limit that changes is told with what it was', () => {
  const scene = new RecordScene(undefined, { concurrency: 7 });
  scene.parts.limiter.setLimit(3);
  scene.parts.limiter.setLimit(3);
  expect(scene.records.limits).toEqual([{ limit: 3, previous: 7 }]);
});

test('a route is a text, or none', async () => {
  const messages: string[] = [];
  const scene = new RecordScene((_request, context) => {
    try {
      context.route = 7 as never;
    } catch (error) {
      messages.push((error as Error).message);
    }
    context.route = '/a';
    context.route = undefined;
    return reply(String(context.route));
  });
  await scene.send(get());
  expect(messages).toEqual(['context.route: got 7, expected a route such as /users/:id']);
  expect(scene.completed.route).toBe(undefined);
});

test('without an observer of requests there are no accounts', () => {
  const observers: Observer[][] = [
    [],
    [{ transition: () => undefined }],
    [{ fault: () => undefined }],
  ];
  for (const observer of observers)
    expect(new ConnectionScene(undefined, { observer }).connection.accounts).toBe(undefined);
  expect(new RecordScene().connection.accounts).not.toBe(undefined);
});

test('the client is that of whom a trusted proxy tells', async () => {
  const scene = new RecordScene(undefined, { trustedProxies: ['127.0.0.1'] });
  await scene.send(get('/', 'X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n'));
  expect(scene.completed).toMatchObject({
    remoteAddress: '127.0.0.1',
    clientAddress: '192.0.2.7',
    encrypted: false,
    scheme: 'https',
  });
});
