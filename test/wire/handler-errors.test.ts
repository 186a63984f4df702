// What becomes of a handler that fails, early or late.

import { createReadStream } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { StreamedBody } from '../../src/http/reply/body-source.js';
import type { ServerOptions } from '../../src/index.js';
import { type Reply, type ReplyInit, reply } from '../../src/index.js';
import { gate, get, serve } from '../support/test-server.js';

type Handler = ServerOptions['fetch'];

/** A boundary: what JavaScript lets a handler return. */
const returning = (value: unknown): Handler => (() => value) as unknown as Handler;

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

  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = new Proxy(
    {},
    {
      get: fail,
      getPrototypeOf: fail,
      has: fail,
      ownKeys: fail,
    },
  );
  function fail(): never {
    throw mistake;
  }

  test.each<[string, () => unknown]>([
    ['a Proxy that was revoked', () => revoked],
    ['a Proxy all of whose traps throw', () => hostile],
    ['a promise that rejects, as frameworks do', () => Promise.reject(mistake)],
    ['an object without a prototype', () => Object.create(null)],
  ])('throws %s: 500, onError, and the connection goes on', async (_what, make) => {
    for (const how of ['at once', 'later']) {
      const thrown: unknown[] = [];
      const served = await serve({
        fetch() {
          const value = make();
          thrown.push(value);
          if (how === 'later') return Promise.reject(value);
          throw value;
        },
      });
      const client = await served.send(get() + get());
      for (const response of await client.responses(2)) {
        expect(response.status).toBe(500);
        expect(response.closes).toBe(false);
      }
      expect(served.errors.length).toBe(2);
      for (const [i, error] of served.errors.entries()) expect(error === thrown[i]).toBe(true);
    }
  });

  test.each<[string, ReplyInit]>([
    ['status', { status: 1000 }],
    ['header', { headers: { 'a b': 'c' } }],
    ['option', { code: 404 } as ReplyInit],
  ])('makes a reply of a missing file with a wrong %s: 500', async (_what, init) => {
    const served = await serve({ fetch: () => reply(createReadStream('/no/such/file'), init) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) expect(response.status).toBe(500);
    expect(served.errors).toHaveLength(2);
    // The file is found missing by now; nobody's process ended.
    await new Promise((resolve) => setTimeout(resolve, 20));
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

  const STREAMS: [string, () => StreamedBody][] = [
    [
      'a generator that throws',
      // biome-ignore lint/correctness/useYield: it throws before.
      function* (): Generator<string> {
        throw mistake;
      },
    ],
    [
      'an async generator that throws',
      // biome-ignore lint/correctness/useYield: it throws before.
      async function* (): AsyncGenerator<string> {
        throw mistake;
      },
    ],
    [
      'an async generator that throws in the next turn',
      async function* (): AsyncGenerator<string> {
        await new Promise((resolve) => setImmediate(resolve));
        throw mistake;
      },
    ],
    [
      'a ReadableStream that errors when it starts',
      () =>
        new ReadableStream<string>({
          start(controller) {
            controller.error(mistake);
          },
        }),
    ],
    [
      'a ReadableStream whose start rejects',
      () => new ReadableStream<string>({ start: () => Promise.reject(mistake) }),
    ],
    [
      'a ReadableStream that throws when it is pulled',
      () =>
        new ReadableStream<string>(
          {
            pull() {
              throw mistake;
            },
          },
          { highWaterMark: 0 },
        ),
    ],
    [
      'an iterable that gives no iterator',
      () => ({
        [Symbol.iterator]() {
          throw mistake;
        },
      }),
    ],
    [
      'an iterator whose result can’t be looked at',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({
            get done(): false {
              throw mistake;
            },
            value: 'x',
          }),
        }),
      }),
    ],
  ];

  test.each(STREAMS)(
    'with the first of %s: 500, onError, and the connection goes on',
    async (_what, make) => {
      for (const fetch of [
        (): Reply => reply(make()),
        async (): Promise<Reply> => reply(make(), { headers: { 'Content-Length': 3 } }),
      ]) {
        const served = await serve({ fetch });
        const client = await served.send(get() + get());
        for (const response of await client.responses(2)) {
          expect(response.status).toBe(500);
          expect(response.closes).toBe(false);
        }
        expect(served.errors).toEqual([mistake, mistake]);
        expect(served.server.stats().inFlight).toBe(0);
      }
    },
  );

  test('with a stream of a file that does not exist: 500', async () => {
    const served = await serve({ fetch: () => reply(createReadStream('/no/such/file')) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) expect(response.status).toBe(500);
    expect(served.errors).toMatchObject([{ code: 'ENOENT' }, { code: 'ENOENT' }]);
  });

  test('with the first of its stream: onError may give another reply', async () => {
    const served = await serve({
      fetch: () => reply([5 as unknown as string]),
      onError: () => reply('sorry', { status: 502 }),
    });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) {
      expect(response.status).toBe(502);
      expect(response.text).toBe('sorry');
    }
  });

  test('with a stream that gives nothing at first: its head has come before', async () => {
    const fail = gate();
    const served = await serve({
      fetch: () =>
        reply(
          // biome-ignore lint/correctness/useYield: it throws before.
          (async function* (): AsyncGenerator<string> {
            await fail.promise;
          })(),
        ),
    });
    const client = await served.send(get());
    expect((await client.head()).status).toBe(200);
    fail.fail(mistake);
    expect(await client.ended).toBe('reset');
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
