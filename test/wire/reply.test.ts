// What a handler may answer, and what becomes of one that fails.

import { describe, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { Arrivals, gate, get, post, serve, thenable } from '../support/served.js';

type Handler = ServerOptions['fetch'];
/** A boundary: what JavaScript lets a handler return. */
const returning = (value: unknown): Handler => (() => value) as unknown as Handler;

describe('a reply', () => {
  test('has Date, and Content-Type for text', async () => {
    const served = await serve({ fetch: () => reply('x') });
    const response = await (await served.send(get())).response();
    const date = response.get('date') ?? '';
    expect(date).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Math.abs(Date.now() - Date.parse(date))).toBeLessThan(60_000);
    expect(response.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  test("keeps the handler's Date and Content-Type", async () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const served = await serve({
      fetch: () => reply('x', { headers: { Date: date, 'Content-Type': 'a/b' } }),
    });
    const response = await (await served.send(get())).response();
    expect(response.get('date')).toBe(date);
    expect(response.get('content-type')).toBe('a/b');
  });

  test('never joins Set-Cookie, however it was given', async () => {
    const cookies = ['a=1; Path=/', 'b=2, really'];
    const headers = new Headers();
    for (const cookie of cookies) headers.append('Set-Cookie', cookie);
    const forms: Record<string, () => ReturnType<Handler>> = {
      '/object': () => reply(null, { headers: { 'Set-Cookie': cookies } }),
      '/pairs': () => reply(null, { headers: cookies.map((cookie) => ['Set-Cookie', cookie]) }),
      '/headers': () => reply(null, { headers }),
      '/response': () => new Response(null, { headers }),
    };
    const served = await serve({
      fetch: (_request, context) => forms[context.target]?.() ?? reply(),
    });
    const client = await served.connect();
    for (const path of Object.keys(forms)) {
      const { head } = await client.send(get(path)).response();
      const sent = head.fields.filter(([name]) => name.toLowerCase() === 'set-cookie');
      expect(sent.map(([, value]) => value)).toEqual(cookies);
    }
  });

  test('with a whole body may be sent many times, and to many', async () => {
    const always = reply('always');
    const served = await serve({ fetch: () => always });
    const client = await served.send(get() + get());
    const other = await served.send(get());
    const texts = [...(await client.responses(2)), await other.response()].map(({ text }) => text);
    expect(texts).toEqual(['always', 'always', 'always']);
  });

  test('with a stream may be sent once; the second time is an error', async () => {
    const once = reply(['a']);
    const served = await serve({ fetch: () => once });
    const client = await served.send(get() + get());
    const [first, second] = await client.responses(2);
    expect(first?.text).toBe('a');
    expect(second?.status).toBe(500);
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_BODY_USED' }]);
  });

  test('may come late, as a promise or any thenable', async () => {
    const served = await serve({
      fetch: (_request, context) =>
        context.target === '/promise'
          ? new Promise((resolve) => setImmediate(() => resolve(reply('promise'))))
          : thenable((resolve) => resolve(reply('thenable'))),
    });
    const client = await served.send(get('/promise') + get('/thenable'));
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['promise', 'thenable']);
  });

  test('of 8 MiB in one piece arrives whole, and the next after it', async () => {
    const bytes = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 7);
    const served = await serve({ fetch: () => reply(bytes) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) {
      expect(response.get('content-length')).toBe(String(bytes.length));
      expect(response.body.equals(bytes)).toBe(true);
    }
  });

  test('of many pieces, as fast as they come, arrives whole', async () => {
    const served = await serve({
      fetch: () =>
        reply(
          (function* () {
            for (let i = 0; i < 20_000; i++) yield `${i}\n`;
          })(),
        ),
    });
    const { text } = await (await served.send(get())).response();
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
  });

  test('is read by fetch and node:http as well', async () => {
    const served = await serve({
      fetch: async (request) => reply([`<${await request.text()}>`], { trailers: { Sum: '1' } }),
    });
    const response = await fetch(served.origin, { method: 'POST', body: 'abc' });
    expect(await response.text()).toBe('<abc>');
  });
});

describe('a handler that fails', () => {
  const mistake = new Error('mistake');

  test.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw mistake;
      },
    ],
    ['rejects', () => Promise.reject(mistake)],
    [
      'rejects later',
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw mistake;
      },
    ],
  ])('%s: 500, onError, and the connection goes on', async (_how, fetch) => {
    const served = await serve({ fetch });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) {
      expect(response.status).toBe(500);
      expect(response.text).not.toContain('mistake');
      expect(response.closes).toBe(false);
    }
    expect(served.errors).toEqual([mistake, mistake]);
    expect(served.faults).toEqual([]);
    expect(served.server.stats().inFlight).toBe(0);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'hello'],
    ['a number', 200],
    ['an object', { status: 200 }],
    ['a promise of nothing', Promise.resolve()],
    ['a network error', Response.error()],
  ])('returns %s: 500, and what is wrong goes to onError', async (_what, value) => {
    const served = await serve({ fetch: returning(value) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) expect(response.status).toBe(500);
    expect(served.errors).toHaveLength(2);
    expect(String(served.errors[0])).toMatch(/a handler must return|can be sent to nobody/);
  });

  test('throws what is no error: 500 all the same', async () => {
    const served = await serve({
      fetch: () => {
        // biome-ignore lint/style/useThrowOnlyError: JavaScript lets it.
        throw undefined;
      },
    });
    expect((await (await served.send(get())).response()).status).toBe(500);
    expect(served.errors).toEqual([undefined]);
  });

  test('declares a length without a body: 500', async () => {
    const served = await serve({ fetch: () => reply(null, { headers: { 'Content-Length': 5 } }) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) expect(response.status).toBe(500);
    expect(served.errors).toMatchObject([
      { code: 'SLUICE_REPLY_LENGTH_INVALID' },
      { code: 'SLUICE_REPLY_LENGTH_INVALID' },
    ]);
  });

  test('gets the request and its context in onError', async () => {
    const seen: unknown[] = [];
    const served = await serve({
      fetch: () => {
        throw mistake;
      },
      onError(_error, request, context) {
        seen.push(request?.url, context?.target);
      },
    });
    await (await served.send(get('/x'))).response();
    expect(seen).toEqual(['http://a/x', '/x']);
  });

  test.each<[string, NonNullable<ServerOptions['onError']>]>([
    ['a reply', () => reply('instead', { status: 503 })],
    ['a Response', () => new Response('instead', { status: 503 })],
    ['a promise of a reply', async () => reply('instead', { status: 503 })],
  ])('has its place taken by %s that onError gives', async (_what, onError) => {
    const served = await serve({
      fetch: () => {
        throw mistake;
      },
      onError,
    });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) {
      expect(response.status).toBe(503);
      expect(response.text).toBe('instead');
    }
  });

  test.each<[string, NonNullable<ServerOptions['onError']>]>([
    [
      'throws',
      () => {
        throw new Error('another');
      },
    ],
    ['rejects', () => Promise.reject(new Error('another'))],
    ['gives nonsense', (() => 'nonsense') as never],
    ['gives a promise of nothing', async () => undefined],
  ])('is answered with 500 where onError itself %s', async (_how, onError) => {
    const served = await serve({
      fetch: () => {
        throw mistake;
      },
      onError,
    });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) expect(response.status).toBe(500);
  });

  test('late, in a chunked stream: no last chunk, the connection is cut, onError', async () => {
    const fail = gate();
    const served = await serve({
      fetch: () =>
        reply(
          (async function* () {
            yield 'begun';
            await fail.promise;
            throw mistake;
          })(),
        ),
    });
    const client = await served.send(get() + get());
    expect((await client.head()).status).toBe(200);
    expect((await client.chunk()).toString()).toBe('begun');
    fail.open();
    expect(await client.ended).toBe('reset');
    expect(client.unread).toBe(0);
    expect(served.errors).toEqual([mistake]);
  });

  test('late, in a stream of a declared length: short, cut, onError', async () => {
    const fail = gate();
    const served = await serve({
      fetch: () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(Buffer.from('begun'));
              await fail.promise;
              controller.error(mistake);
            },
          }),
          { headers: { 'Content-Length': '10' } },
        ),
    });
    const client = await served.send(get());
    expect((await client.head()).status).toBe(200);
    expect((await client.take(5)).toString()).toBe('begun');
    fail.open();
    expect(await client.ended).toBe('reset');
    expect(served.errors).toEqual([mistake]);
  });

  test('with the first piece of its stream: cut, for the head is out', async () => {
    const served = await serve({
      fetch: () =>
        reply(
          // biome-ignore lint/correctness/useYield: it throws before.
          (function* (): Generator<string> {
            throw mistake;
          })(),
        ),
    });
    const client = await served.send(get());
    const bytes = await client.rest();
    expect(bytes.toString('latin1')).not.toContain('0\r\n\r\n');
    expect(served.errors).toEqual([mistake]);
  });

  test('streams what is no bytes: cut, onError', async () => {
    const served = await serve({ fetch: () => reply(['a', 5 as unknown as string]) });
    const client = await served.send(get());
    const bytes = await client.rest();
    expect(bytes.toString('latin1')).not.toContain('0\r\n\r\n');
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_BODY_INVALID' }]);
  });
});

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

describe('an early reply', () => {
  test('keeps the connection where little is left unread', async () => {
    const served = await serve({
      limits: { drainBytesMax: 50_000 },
      fetch: (_request, { target }) => reply(target),
    });
    const client = await served.connect();
    for (let i = 0; i < 2; i++) {
      client.send('POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      const response = await client.response();
      expect(response.text).toBe('/early');
      expect(response.closes).toBe(false);
      client.send(`${(40_000).toString(16)}\r\n${'x'.repeat(40_000)}\r\n0\r\n\r\n`);
      expect((await client.send(get('/next')).response()).text).toBe('/next');
    }
  });

  test('to more than drainBytesMax says close, and ends', async () => {
    const served = await serve({
      limits: { drainBytesMax: 70_000 },
      fetch: () => reply('early'),
    });
    const fits = await served.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n');
    expect((await fits.response()).closes).toBe(false);
    const client = await served.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70001\r\n\r\n');
    const response = await client.response();
    expect(response.text).toBe('early');
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('to chunks without end, which nobody could foresee, ends all the same', async () => {
    const served = await serve({
      limits: { drainBytesMax: 1000 },
      fetch: () => reply('early'),
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    expect((await client.response()).text).toBe('early');
    client.send(`fffff\r\n${'x'.repeat(2000)}`);
    expect(await client.ended).toBe('fin');
    // It was enough, not too slow.
    expect(served.faults).toEqual([]);
  });

  test('tells a handler that reads on that nothing more will come', async () => {
    const read = gate<unknown>();
    const served = await serve({
      fetch(request) {
        const reader = request.body?.getReader();
        read.open(
          reader
            ?.read()
            .then(() => reader.read())
            .then(() => reader.read())
            .catch((error) => error),
        );
        return reply('early');
      },
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    );
    expect((await client.response()).text).toBe('early');
    client.send('1\r\ny\r\n0\r\n\r\n');
    expect(await read.promise).toMatchObject({ name: 'BodyError', code: 'SLUICE_BODY_ABANDONED' });
    expect((await client.send(get()).response()).text).toBe('early');
  });

  test('that is the last tells a handler that still waits for content that none will come', async () => {
    const read = gate<unknown>();
    const served = await serve({
      fetch(request) {
        read.open(request.text().catch((error: unknown) => error));
        return reply('early', { headers: { Connection: 'close' } });
      },
    });
    const client = await served.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    );
    expect((await client.response()).text).toBe('early');
    expect(await read.promise).toMatchObject({ name: 'BodyError', code: 'SLUICE_BODY_ABANDONED' });
  });

  test('leaves the content of the next request alone, whatever its handler still reads', async () => {
    const calls: Request[] = [];
    const late = gate<unknown>();
    const served = await serve({
      limits: { bodyBytesMax: 10 },
      async fetch(request) {
        calls.push(request);
        if (calls.length === 1) return reply('early');
        late.open(calls[0]?.text().catch((error: unknown) => error));
        await late.promise;
        return reply(await request.text());
      },
    });
    const client = await served.send(post('more than ten'));
    expect((await client.response()).text).toBe('early');
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(await late.promise).toMatchObject({ code: 'SLUICE_FAULT_BODY_TOO_LARGE' });
    client.send('3\r\nabc\r\n0\r\n\r\n');
    const response = await client.response();
    expect(response.status).toBe(200);
    expect(response.text).toBe('abc');
  });
});
