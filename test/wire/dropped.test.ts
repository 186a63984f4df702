// What a handler is given, and a body that is never sent, may be dropped: that ends no process.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { StreamedBody } from '../../src/http/reply/body-source.js';
import type { Answer } from '../../src/index.js';
import { type RequestContext, reply } from '../../src/index.js';
import { expectNoEscapes, turns } from '../support/escapes.js';
import { get, postChunked, type Served, serve } from '../support/test-server.js';
import { mistake } from './thenable-answers.js';

expectNoEscapes();

describe('content that is malformed, and whose error the handler lets through', () => {
  test.each<[string, (request: Request) => Promise<unknown>, string]>([
    ['json()', (request) => request.json(), ''],
    [
      'formData()',
      (request) => request.formData(),
      'Content-Type: multipart/form-data; boundary=x\r\n',
    ],
    ['clone().json()', (request) => request.clone().json(), ''],
    ['json() of a copy of a copy', (request) => request.clone().clone().json(), ''],
    [
      'clone().formData()',
      (request) => request.clone().formData(),
      'Content-Type: multipart/form-data; boundary=x\r\n',
    ],
  ])('%s: 400, and neither onError nor onFault', async (_what, read, fields) => {
    const served = await serve({
      fetch: async (request) => {
        await read(request);
        return reply('never');
      },
    });
    const client = await served.send(postChunked('3\r\n{a}\r\n0\r\n\r\n', fields));
    expect((await client.response()).status).toBe(400);
    expect([served.errors, served.faults]).toEqual([[], []]);
  });

  test.each<[string, (copy: Request) => Promise<unknown>]>([
    ['was read before', (copy) => copy.text().then(() => copy.json())],
    ['has a reader', async (copy) => copy.body?.getReader() && (await copy.json())],
  ])('a copy that %s is the application’s mistake: 500', async (_what, read) => {
    const served = await serve({
      fetch: async (request) => {
        await read(request.clone());
        return reply('never');
      },
    });
    const client = await served.send(postChunked('3\r\n{a}\r\n0\r\n\r\n'));
    expect((await client.response()).status).toBe(500);
    expect(served.errors).toHaveLength(1);
  });

  test('the error is the platform’s own, and one of the handler’s own JSON is a 500', async () => {
    const seen: unknown[] = [];
    const served = await serve({
      fetch: async (request) => {
        await request.json().catch((error: unknown) => seen.push(error));
        return reply(JSON.parse('{') as string);
      },
    });
    const client = await served.send(postChunked('3\r\n{a}\r\n0\r\n\r\n'));
    expect((await client.response()).status).toBe(500);
    expect(seen[0]).toBeInstanceOf(SyntaxError);
    expect(served.errors).toHaveLength(1);
  });
});

/** What hands out a promise of the content, or of what depends on it. */
const PROMISES: [string, (request: Request, context: RequestContext) => unknown][] = [
  ['text()', (request) => request.text()],
  ['json()', (request) => request.json()],
  ['arrayBuffer()', (request) => request.arrayBuffer()],
  ['bytes()', (request) => (request as unknown as { bytes(): unknown }).bytes()],
  ['blob()', (request) => request.blob()],
  ['formData()', (request) => request.formData()],
  ['text() twice', (request) => [request.text(), request.text()]],
  ['trailers', (request, { trailers }) => [request.text(), trailers]],
  ['completed', (request, { completed }) => [request.text(), completed]],
  ['read()', (request) => request.body?.getReader().read()],
  ['closed', (request) => request.body?.getReader().closed],
  [
    'read() and closed',
    (request) => {
      const reader = request.body?.getReader();
      return [reader?.read(), reader?.read(), reader?.closed];
    },
  ],
  ['next()', (request) => request.body?.[Symbol.asyncIterator]().next()],
  [
    'next() thrice',
    (request) => {
      const chunks = request.body?.[Symbol.asyncIterator]();
      return [chunks?.next(), chunks?.next(), chunks?.next()];
    },
  ],
  ['text() of a stream that was looked at', (request) => [request.body, request.text()]],
  ['text() of a clone', (request) => request.clone().text()],
  ['text() of both', (request) => [request.clone().text(), request.text()]],
  ['read() of a clone', (request) => request.clone().body?.getReader().read()],
  ['pipeTo()', (request) => request.body?.pipeTo(new WritableStream())],
  ['read() of textStream()', (request) => textOf(request).getReader().read()],
  ['next() of textStream()', (request) => textOf(request)[Symbol.asyncIterator]().next()],
  ['read() of textStream() of a clone', (request) => textOf(request.clone()).getReader().read()],
  ['text() of a clone of a clone', (request) => request.clone().clone().text()],
  [
    'text() of all three',
    (request) => {
      const clone = request.clone();
      return [clone.clone().text(), clone.text(), request.text()];
    },
  ],
  [
    'read() of a clone that was cloned',
    (request) => {
      const clone = request.clone();
      clone.clone();
      return clone.body?.getReader().read();
    },
  ],
  ['next() of a clone', (request) => request.clone().body?.[Symbol.asyncIterator]().next()],
  [
    'next() after a native read',
    (request) => {
      const reader = request.body?.getReader();
      const read = reader?.read();
      reader?.releaseLock();
      const chunks = request.body?.values();
      return [read, chunks?.next(), chunks?.next(), chunks?.return?.()];
    },
  ],
  [
    'read() of both branches of tee()',
    (request) => request.body?.tee().map((branch) => branch.getReader().read()),
  ],
  [
    'read() of pipeThrough()',
    (request) => request.body?.pipeThrough(new TransformStream()).getReader().read(),
  ],
  [
    'read() with memory of its own',
    (request) => request.body?.getReader({ mode: 'byob' }).read(new Uint8Array(20)),
  ],
];

/** As Node 26 has it; its types don't yet. */
function textOf(request: Request): ReadableStream<string> {
  const { textStream } = request as { textStream?: () => ReadableStream<string> };
  return (
    textStream?.call(request) ??
    (request.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())
  );
}

/** How content comes to fail. */
const FAILURES: [string, (client: Awaited<ReturnType<Served['send']>>) => unknown, object][] = [
  ['the reply came before it', () => undefined, {}],
  ['it is malformed', (client) => client.send('zz\r\n'), {}],
  ['the client ends', (client) => client.socket.end(), {}],
  ['the client resets', (client) => client.socket.resetAndDestroy(), {}],
  [
    'it is too large',
    (client) => client.send(`${'5\r\nhello\r\n'.repeat(9)}`),
    { bodyBytesMax: 20 },
  ],
  ['the client is silent', () => undefined, { bodyIdleMs: 20 }],
];

describe.each(FAILURES)('a promise of content that fails, since %s', (_how, fail, limits) => {
  test.each(PROMISES)('may be dropped: %s', async (_name, ask) => {
    const served = await serve({
      limits,
      fetch(request, context) {
        void ask(request, context);
        return reply('early', { status: 401 });
      },
    });
    const client = await served.send(postChunked('5\r\nhello\r\n'));
    await client.response();
    fail(client);
    await turns();
    client.socket.destroy();
    await served.server.close({ graceMs: 0 });
  });

  test.each(PROMISES.slice(0, 5))('is still rejected for who awaits it: %s', async (_name, ask) => {
    const errors: unknown[] = [];
    const served = await serve({
      limits,
      async fetch(request, context) {
        const asked = ask(request, context) as Promise<unknown>;
        setImmediate(() => fail(client));
        if (limits === FAILURES[0]?.[2]) setImmediate(() => client.socket.destroy());
        await asked.catch((error: unknown) => errors.push(error));
        return reply('late');
      },
    });
    const client = await served.connect();
    client.send(postChunked('5\r\nhello\r\n'));
    while (errors.length === 0) await turns();
    expect(errors[0]).toMatchObject({ name: 'BodyError' });
  });
});

describe('a form that is never sent', () => {
  const manyParts = (): FormData => {
    const form = new FormData();
    for (const name of ['a', 'b', 'c']) form.append(name, new Blob(['x'.repeat(100_000)]));
    return form;
  };
  // On Node 24 and later the platform would make a part after `cancel()`, and reject with nobody listening.
  test.each<[string, () => Answer]>([
    ['a reply', () => reply(manyParts())],
    ['a Response', () => new Response(manyParts())],
  ])('as %s: for HEAD, 304, and one who goes meanwhile', async (_what, make) => {
    const served = await serve({
      fetch: (_request, { target }) =>
        target === '/' ? make() : reply(manyParts(), { status: 304 }),
    });
    const head = await served.send(get().replace('GET', 'HEAD'));
    expect((await head.response('HEAD')).status).toBe(200);
    const unchanged = await served.send(get('/unchanged'));
    expect((await unchanged.response()).status).toBe(304);
    for (let i = 0; i < 5; i++) {
      const gone = await served.send(get());
      await turns();
      gone.socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(served.server.stats().inFlight).toBe(0);
  });
});

describe('a body that is never sent', () => {
  const BODIES: [string, () => StreamedBody][] = [
    ['a file that does not exist', () => createReadStream('/no/such/file')],
    ['a Node stream that fails', () => Readable.from(['x']).destroy(mistake)],
    [
      'a Node stream whose destroy fails',
      () =>
        new Readable({
          destroy(_error, callback) {
            callback(mistake);
          },
        }),
    ],
    [
      'a ReadableStream that has failed',
      () =>
        new ReadableStream<string>({
          start(controller) {
            controller.error(mistake);
          },
        }),
    ],
    [
      'a ReadableStream whose cancel rejects',
      () => new ReadableStream<string>({ cancel: () => Promise.reject(mistake) }),
    ],
    ...['throws', 'rejects', 'never settles'].map((how): [string, () => StreamedBody] => [
      `an iterator whose return() ${how}`,
      () => {
        const iterator: AsyncIterableIterator<string> = {
          [Symbol.asyncIterator]: () => iterator,
          next: async () => ({ done: false, value: 'x' }),
          return() {
            if (how === 'throws') throw mistake;
            return how === 'rejects' ? Promise.reject(mistake) : new Promise(() => undefined);
          },
        };
        return iterator;
      },
    ]),
  ];
  test.each(BODIES)('%s: for HEAD, 204 and 304, and for one who has gone', async (_what, make) => {
    const served = await serve({
      async fetch(_request, { target }) {
        if (target === '/late') await new Promise((resolve) => setTimeout(resolve, 20));
        return reply(make(), { status: Number(target.slice(1)) || 200 });
      },
    });
    const head = await served.send(get('/200').replace('GET', 'HEAD'));
    expect((await head.response('HEAD')).status).toBe(200);
    for (const status of [204, 304]) {
      const client = await served.send(get(`/${status}`));
      expect((await client.response()).status).toBe(status);
    }
    const gone = await served.send(get('/late'));
    await turns();
    gone.socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(served.server.stats().inFlight).toBe(0);
  });
});
