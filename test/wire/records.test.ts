// Each number of an observer's records is what the client of that request has measured itself.

import { describe, expect, test } from 'vitest';
import { type FetchHandler, reply, type ServerOptions } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import {
  type Ended,
  expectOrder,
  expectSame,
  LINES,
  type MeasuredClient,
  type Measurement,
  RecordedServer,
} from '../support/measured-client.js';
import { gate, get, post, postChunked } from '../support/test-server.js';
import { SHORT_MS } from '../support/virtual-deadlines.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x78);

async function* pieces(count: number, length: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    if (i % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    yield bytes(length);
  }
}

const answers: Record<string, FetchHandler> = {
  '/text': () => reply('Hello'),
  '/utf8': () => reply('grün €'),
  '/empty': () => reply(''),
  '/nothing': () => reply(),
  '/bytes': () => reply(bytes(3000)),
  '/large': () => reply(bytes(1_500_000)),
  '/later': async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return reply('later');
  },
  '/pieces': () => reply(pieces(5, 10)),
  '/many-pieces': () => reply(pieces(40, 50_000)),
  '/declared': () => reply(pieces(5, 10), { headers: { 'Content-Length': 50 } }),
  '/trailers': () => reply(pieces(2, 10), { trailers: { 'X-Sum': '1' } }),
  '/response': () => new Response('Hello'),
  '/response-stream': () => new Response(new Blob(['a', 'b']).stream()),
  '/204': () => reply(null, { status: 204 }),
  '/304': () => reply(null, { status: 304, headers: { ETag: '"a"', 'Content-Length': 9 } }),
  '/404': () => reply('none', { status: 404 }),
  '/hints': (_request, context) => {
    context.sendInformational(103, { Link: '</a.css>; rel=preload' });
    context.sendInformational(102);
    return reply('Hello');
  },
  '/throws': () => {
    throw new Error('meant');
  },
  '/throws-response': () => {
    throw new Response('teapot', { status: 418 });
  },
  '/echo': async (request) => reply(await request.arrayBuffer()),
  '/echo-stream': (request) => reply(request.body),
};

const app: ServerOptions = {
  health: { live: '/livez', ready: '/readyz' },
  fetch: (request, context) => {
    const answer = answers[context.target];
    return answer === undefined ? reply('?', { status: 404 }) : answer(request, context);
  },
};

const head = (target: string): string => get(target).replace('GET', 'HEAD');
const chunks = '3;ext="1"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\n';

/** What is asked, the bytes of its content, and the status. */
const requests: readonly (readonly [bytes: string, content: number, status: number])[] = [
  ...Object.keys(answers)
    .filter((target) => !/throws|\/\d|echo/.test(target))
    .flatMap((target) => [[get(target), 0, 200] as const, [head(target), 0, 200] as const]),
  [get('/204'), 0, 204],
  [get('/304'), 0, 304],
  [head('/304'), 0, 304],
  [get('/404'), 0, 404],
  [get('/throws'), 0, 500],
  [head('/throws'), 0, 500],
  [get('/throws-response'), 0, 418],
  [get('/livez'), 0, 200],
  [get('/text', `X: ${'y'.repeat(3000)}\r\n`), 0, 200],
  [post('', '', '/echo'), 0, 200],
  [post('Hello', '', '/echo'), 5, 200],
  [post('x'.repeat(20_000), '', '/echo'), 20_000, 200],
  [post('x'.repeat(20_000), '', '/echo-stream'), 20_000, 200],
  [post('Hello', 'Expect: 100-continue\r\n', '/echo'), 5, 200],
  [postChunked(chunks, '', '/echo'), 13, 200],
  [postChunked(chunks, '', '/echo-stream'), 13, 200],
  [postChunked('0\r\n\r\n', '', '/echo'), 0, 200],
  // The handler never looks at it: it is read all the same, for the next request.
  [post('Hello', '', '/text'), 5, 200],
  [postChunked(chunks, '', '/text'), 13, 200],
  [post('x'.repeat(10_000), '', '/throws'), 10_000, 500],
];

const methodOf = (request: string): string => request.slice(0, request.indexOf(' '));

describe.each(LINES)('over %s, a record is what its client measures', (line) => {
  async function expectAll(use: (client: MeasuredClient) => Promise<Measurement[]>): Promise<void> {
    const server = await RecordedServer.open(line, app);
    const client = await server.client();
    const measured = await use(client);
    const records = await server.ended(requests.length);
    for (const [i, measurement] of measured.entries()) {
      expect([requests[i]?.[0].slice(0, 30), measurement.status]).toEqual([
        requests[i]?.[0].slice(0, 30),
        requests[i]?.[2],
      ]);
      expectSame(records[i] as Ended, {
        ...measurement,
        requestBytes: requests[i]?.[0].length,
      });
      expect((records[i] as Ended).kind).toBe('completed');
    }
    const sum = (of: (record: Ended) => number): number =>
      records.reduce((all, record) => all + of(record), 0);
    expect([sum((record) => record.requestBytes), sum((record) => record.responseBytes)]).toEqual([
      client.sentBytes,
      client.gotBytes,
    ]);
  }

  test('of requests one after the other', () =>
    expectAll(async (client) => {
      const measured: Measurement[] = [];
      for (const [request, content] of requests) measured.push(await client.ask(request, content));
      return measured;
    }));

  test('of requests all at once', () =>
    expectAll(async (client) => {
      client.send(requests.map(([request]) => request).join(''));
      const measured: Measurement[] = [];
      for (const [request, content] of requests)
        measured.push(await client.response(methodOf(request), content));
      return measured;
    }));

  test('of requests that come in single bytes', () =>
    expectAll(async (client) => {
      const measured: Measurement[] = [];
      for (const [request, content] of requests) {
        const fromMs = performance.now();
        const cut = request.length > 500 ? 200 : request.length;
        await client.sendSlowly(request.slice(0, cut));
        client.send(request.slice(cut));
        measured.push({ ...(await client.response(methodOf(request), content)), fromMs });
      }
      return measured;
    }));

  test('of HTTP/1.0, whose content ends with the connection', async () => {
    const server = await RecordedServer.open(line, app);
    const measured: Measurement[] = [];
    for (const target of ['/text', '/pieces', '/trailers', '/response', '/hints']) {
      const client = await server.client();
      measured.push(await client.ask(`GET ${target} HTTP/1.0\r\n\r\n`));
      await client.raw.ended;
    }
    const records = await server.ended(measured.length);
    for (const [i, record] of records.entries()) {
      expectSame(record, measured[i] as Measurement);
      expect(record.httpVersion).toBe('1.0');
    }
  });

  test('of a client that asks for the content to be wanted first', async () => {
    const server = await RecordedServer.open(line, app);
    const client = await server.client();
    const request = post('Hello', 'Expect: 100-continue\r\n', '/echo');
    client.send(request.slice(0, -5));
    expect((await client.raw.response()).status).toBe(100);
    client.send('Hello');
    await client.raw.response();
    const record = await server.one();
    expect(record).toMatchObject({
      status: 200,
      requestBytes: client.sentBytes,
      requestContentBytes: 5,
      responseBytes: client.gotBytes,
      responseContentBytes: 5,
      delivered: true,
    });
  });

  test('of a handler that takes its time, and one that waits for it', async () => {
    const first = gate();
    const times: number[] = [];
    const server = await RecordedServer.open(line, {
      concurrency: 1,
      async fetch(_request, { target }) {
        times.push(performance.now());
        if (target === '/1') await first.promise;
        times.push(performance.now());
        return reply('x');
      },
    });
    const one = await server.client();
    const other = await server.client();
    const asked = one.ask(get('/1'));
    await loopUntil(() => times.length === 1);
    const queuedFrom = performance.now();
    const askedToo = other.ask(get('/2'));
    await loopUntil(() => server.served.server.stats().queued === 1);
    const queuedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const opened = performance.now();
    first.open();
    const measured = [await asked, await askedToo];
    const records = await server.ended(2);
    for (const [i, record] of records.entries()) expectSame(record, measured[i] as Measurement);
    const [held, waited] = records as [Ended, Ended];
    const [began, ended, beganToo] = times as [number, number, number];
    expect('handlerMs' in held && held.handlerMs).toBeGreaterThanOrEqual(ended - began);
    // It waited from before it was seen in the queue, and until after the slot came free.
    expect(waited.waitedMs).toBeGreaterThanOrEqual(opened - queuedAt);
    expect(waited.waitedMs).toBeLessThanOrEqual(beganToo - queuedFrom);
  });
});

describe.each(LINES)('over %s, a refusal is told as it came to its client', (line) => {
  /** A server whose only slot is taken until the test opens it. */
  async function busy(options: Partial<ServerOptions>): Promise<[RecordedServer, () => void]> {
    const held = gate();
    const server = await RecordedServer.open(line, {
      concurrency: 1,
      async fetch(_request, { target }) {
        if (target === '/held') await held.promise;
        return reply('x');
      },
      ...options,
    });
    (await server.client()).send(get('/held'));
    await loopUntil(() => server.served.server.stats().inFlight === 1);
    return [server, held.open];
  }

  const timed = (waitMs: number, entriesMax: number): NonNullable<ServerOptions['queue']> => ({
    law: 'timed',
    waitMs,
    entriesMax,
  });

  test.each<[string, Partial<ServerOptions>]>([
    ['waited', { queue: timed(SHORT_MS, 10) }],
    ['deadline', { queue: timed(60_000, 10), deadline: () => SHORT_MS }],
  ])('%s', async (reason, options) => {
    const [server] = await busy(options);
    const client = await server.client();
    const measured = await client.ask(post('Hello', '', '/refused'), 5);
    expect(measured.status).toBe(503);
    const record = await server.one();
    expectSame(record, measured);
    expect([record.kind, record.reason, record.waitedMs > 0]).toEqual(['refused', reason, true]);
  });

  test('queueFull', async () => {
    const [server] = await busy({ queue: timed(60_000, 1) });
    (await server.client()).send(get('/queued'));
    await loopUntil(() => server.served.server.stats().queued === 1);
    const client = await server.client();
    const measured = [
      await client.ask(get('/refused')),
      await client.ask(postChunked(chunks, '', '/refused'), 13),
    ];
    const records = await server.ended(2);
    for (const [i, record] of records.entries()) {
      expectSame(record, measured[i] as Measurement);
      expect([record.kind, record.reason, record.status]).toEqual(['refused', 'queueFull', 503]);
    }
  });

  test('displaced', async () => {
    const [server] = await busy({
      queue: timed(60_000, 1),
      priority: ({ target }) => (target === '/first' ? 'critical' : 'default'),
    });
    const client = await server.client();
    const asked = client.ask(get('/refused'));
    await loopUntil(() => server.served.server.stats().queued === 1);
    (await server.client()).send(get('/first'));
    const measured = await asked;
    const record = await server.one();
    expectSame(record, measured);
    expect([record.kind, record.reason, record.target]).toEqual([
      'refused',
      'displaced',
      '/refused',
    ]);
  });

  test('closing', async () => {
    const [server, open] = await busy({ queue: timed(60_000, 10) });
    const client = await server.client();
    const asked = client.ask(get('/queued'));
    await loopUntil(() => server.served.server.stats().queued === 1);
    const closed = server.served.server.close({ graceMs: 0 });
    const measured = await asked.catch(() => undefined);
    open();
    await closed;
    const record = server.records.find(({ target }) => target === '/queued') as Ended;
    expect(record.kind).toBe('refused');
    expect([record.status, record.responseBytes]).toEqual([measured?.status ?? 0, client.gotBytes]);
    expectOrder(record);
  });

  const long = 'x'.repeat(70_000);
  test.each<[string, number, string, Partial<ServerOptions>?]>([
    ['a method', 400, 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['a field name', 400, 'GET / HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n'],
    ['a length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n'],
    ['two framings', 400, postChunked('', 'Content-Length: 1\r\n')],
    ['a chunk', 400, postChunked('3\r\nabcdef\r\n')],
    ['a long target', 414, `GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a long field', 431, get('/', `X: ${long}\r\n`)],
    ['CONNECT', 501, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n'],
    ['a coding', 501, postChunked('').replace('chunked', 'gzip, chunked')],
    ['a version', 505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['an expectation', 417, get('/', 'Expect: cake\r\n')],
    ['too much', 413, post('x'.repeat(100)), { limits: { bodyBytesMax: 99 } }],
    ['too many chunks', 413, postChunked(chunks), { limits: { bodyBytesMax: 9 } }],
    ['a slow head', 408, 'GET / HTTP/1.1\r\nHost:', { limits: { headMs: SHORT_MS } }],
    ['slow content', 408, post('abc').slice(0, -1), { limits: { bodyIdleMs: SHORT_MS } }],
  ])('a fault: %s %i', async (_fault, status, request, options = {}) => {
    const server = await RecordedServer.open(line, {
      fetch: async (asked) => reply(await asked.arrayBuffer()),
      ...options,
    });
    const client = await server.client();
    const measured = await client.ask(request);
    expect(measured.status).toBe(status);
    await client.raw.finish().ended;
    const record = await server.one();
    const { requestContentBytes, ...same } = measured;
    // A long head is refused at its bound: what came until then is told, and not what came behind.
    if (request.length > 65_000) delete (same as { requestBytes?: number }).requestBytes;
    expect(record.requestBytes).toBeLessThanOrEqual(request.length);
    expectSame(record, { ...same, requestContentBytes: record.requestContentBytes });
    const [fault] = server.served.faults;
    if (record.kind === 'refused') expect(record.reason).toBe(fault?.code);
    expect([fault?.status ?? status, record.delivered]).toEqual([status, true]);
  });
});
