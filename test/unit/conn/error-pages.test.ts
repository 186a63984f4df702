// The application's pages in place of sluice's own.

import { describe, expect, test } from 'vitest';
import { FAULT_NAMES, Fault, faultRow } from '../../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { type FetchHandler, type MakeErrorPage, reply } from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';
import { get, post, postChunked } from '../../support/test-server.js';

const json: MakeErrorPage = (fault) => reply.json(fault);
const never: FetchHandler = () => new Promise(() => {});
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
    ['gives a stream', () => reply(new ReadableStream())],
    ['gives a Response', () => new Response('x')],
  ])('that %s leaves sluice’s own, and onError is told', async (_what, errorPages) => {
    const scene = new ConnectionScene(undefined, { errorPages: errorPages as MakeErrorPage });
    expect(scene.errors.length).toBeGreaterThan(5);
    await scene.send('GET / HTTP/1.1\r\n\r\n');
    expect(scene.written).toMatch(/^HTTP\/1\.1 400 .*no Host/s);
  });
});

test('no text for clients names an option', () => {
  for (const name of FAULT_NAMES) {
    const { text } = faultRow(Fault[name]);
    for (const limit of Object.keys(DEFAULT_LIMITS)) expect(text).not.toContain(limit);
  }
});
