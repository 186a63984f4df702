// The application's pages in place of sluice's own.

import { describe, expect, test } from 'vitest';
import { FAULT_NAMES, Fault, faultRow } from '../../../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { type FetchHandler, type MakeErrorPage, Reply, reply } from '../../../../src/index.js';
import { ConnectionScene, never } from '../../../support/connection-scene.js';
import { get, post, postChunked } from '../../../support/test-server.js';

const json: MakeErrorPage = (fault) => reply.json(fault);
const reads: FetchHandler = async (request) => reply(await request.text());

describe('a page of the application', () => {
  test.each<[number, string, string, FetchHandler?]>([
    [400, 'Bad Request', 'GET / HTTP/1.1\r\n\r\n'],
    [400, 'Bad Request', postChunked('zz\r\n'), reads],
    [413, 'Content Too Large', post('x').replace(': 1', ': 99999999'), reads],
    [414, 'URI Too Long', get(`/${'a'.repeat(9000)}`)],
    [417, 'Expectation Failed', get('/', 'Expect: x\r\n')],
    [431, 'Request Header Fields Too Large', get('/', 'a: b\r\n'.repeat(101))],
    [500, 'Internal Server Error', get(), () => Promise.reject(new Error('x'))],
    [500, 'Internal Server Error', get(), () => 7 as never],
    [501, 'Not Implemented', get('/', 'Transfer-Encoding: gzip, chunked\r\n')],
    [505, 'HTTP Version Not Supported', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  ])('takes the place of a %i (%s)', async (status, statusText, bytes, fetch) => {
    const scene = new ConnectionScene(fetch, { errorPages: json });
    await scene.send(bytes);
    await scene.to(1);
    const { written } = scene;
    expect(written).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\n`));
    expect(written).toMatch(/\r\ncontent-type: application\/json\r\n/i);
    expect(written.slice(written.indexOf('\r\n\r\n') + 4)).toBe(
      JSON.stringify({ status, statusText }),
    );
  });

  test('keeps Retry-After, and the answer to HEAD has none of its content', async () => {
    const scene = new ConnectionScene(never, {
      errorPages: json,
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1 },
    });
    for (let i = 0; i < 2; i++) scene.connect().onBytes(Buffer.from(get()), 0);
    await scene.send(get().replace('GET', 'HEAD'));
    const { written } = scene;
    expect(written).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: [123]\r\n/is);
    expect(written).toMatch(/application\/json.*\r\n\r\n$/s);
    await scene.send(get());
    expect(scene.written).toMatch(/\r\n\r\n\{"status":503,.*\}$/s);
  });

  test('closes where sluice’s own would', async () => {
    const scene = new ConnectionScene(undefined, { errorPages: json });
    await scene.send('GET / HTTP/1.1\r\n\r\n');
    expect(scene.written).toMatch(/\r\nconnection: close\r\n/i);
    expect(scene.state).toBe('discard/shut/last');
  });

  test('is made once for each status, before a request comes', async () => {
    const asked: number[] = [];
    const scene = new ConnectionScene(never, {
      errorPages: (fault) => {
        asked.push(fault.status);
        return reply('x');
      },
      limits: { handlerMs: 20 },
    });
    const statuses = [...new Set(FAULT_NAMES.map((name) => faultRow(Fault[name]).status))];
    const all = [...new Set([...statuses, 500, 503])];
    expect([...asked].sort()).toEqual(all.sort());
    await scene.send(get());
    await scene.to(100);
    expect([asked.length, scene.statuses]).toEqual([all.length, [503]]);
  });

  test.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['gives nothing', () => undefined],
    ['gives a promise', async () => reply('x')],
    ['gives a promise that rejects', () => Promise.reject(new Error('mine'))],
    ['gives a stream', () => reply(new ReadableStream())],
    [
      'gives a stream of a length',
      () => reply(new ReadableStream(), { headers: { 'Content-Length': 5 } }),
    ],
    ['gives a Blob', () => reply(new Blob(['x']))],
    ['gives trailers', () => reply('x', { trailers: { a: 'b' } })],
    ['gives a length without content', () => reply(null, { headers: { 'Content-Length': 5 } })],
    ['gives a Response', () => new Response('x')],
    ['gives an upgrade', () => reply('x', { status: 426, headers: { Upgrade: 'h2c' } })],
    ['gives what looks like a Reply', () => Object.create(Reply.prototype)],
    ['gives a text', () => 'x'],
  ])('that %s leaves sluice’s own, and onError is told', async (_what, errorPages) => {
    const scene = new ConnectionScene(() => Promise.reject(new Error('x')), {
      errorPages: errorPages as MakeErrorPage,
    });
    expect(scene.errors.length).toBeGreaterThan(5);
    const told = scene.errors.length;
    await scene.send(get() + get());
    expect(scene.written).toMatch(/^(HTTP\/1\.1 500 .*?\r\n\r\nInternal Server Error\n){2}$/s);
    await scene.send('GET / HTTP/1.1\r\n\r\n');
    expect(scene.written).toMatch(/^HTTP\/1\.1 400 .*no Host/s);
    // Both errors of the handler, and nothing else.
    expect(scene.errors.slice(told).map(String)).toEqual(['Error: x', 'Error: x']);
  });

  test('that is a stream is cancelled, once', () => {
    let cancels = 0;
    const scene = new ConnectionScene(undefined, {
      errorPages: ({ status }) =>
        reply(status === 400 ? new ReadableStream({ cancel: () => void cancels++ }) : 'x'),
    });
    expect([scene.errors.length, cancels]).toEqual([1, 1]);
  });

  test.each<[string, Reply, RegExp]>([
    ['200', reply('x'), /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nx$/s],
    ['204', reply(null, { status: 204 }), /^HTTP\/1\.1 400 Bad Request\r\n.*Length: 0\r\n/s],
    ['304', reply('x', { status: 304 }), /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nx$/s],
    [
      '400 with words of its own',
      reply('x', { status: 400, statusText: 'Nope' }),
      /^HTTP\/1\.1 400 Nope\r\n/,
    ],
    [
      '404 with words of its own',
      reply('x', { status: 404, statusText: 'Nope' }),
      /^HTTP\/1\.1 400 Bad Request\r\n/,
    ],
  ])('that has the status %s is sent with that of the fault', async (_status, page, sent) => {
    const scene = new ConnectionScene(undefined, { errorPages: () => page });
    await scene.send('GET / HTTP/1.1\r\n\r\n');
    expect([scene.errors, scene.written]).toEqual([[], expect.stringMatching(sent)]);
  });

  test('takes the place of a 408, for a head and for content', async () => {
    for (const bytes of ['GET', postChunked('3\r\n')]) {
      const scene = new ConnectionScene(reads, {
        errorPages: json,
        limits: { headMs: 50, bodyIdleMs: 50 },
      });
      await scene.send(bytes);
      await scene.to(200);
      expect(scene.written).toMatch(/^HTTP\/1\.1 408 .*\{"status":408,"statusText":"[^"]+"\}$/s);
    }
  });

  test('is given a status and its words, and nothing of a request', () => {
    const given: unknown[] = [];
    new ConnectionScene(undefined, {
      errorPages: (...values) => {
        given.push(...values);
        return reply('x');
      },
    });
    for (const fault of given)
      expect(Object.keys(fault as object)).toEqual(['status', 'statusText']);
  });
});

test('no text for clients names an option', () => {
  for (const name of FAULT_NAMES) {
    const { text } = faultRow(Fault[name]);
    for (const limit of Object.keys(DEFAULT_LIMITS)) expect(text).not.toContain(limit);
  }
});
