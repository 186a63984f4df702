// Test runners (jest, vitest's vmThreads) and `node:vm` give a program classes of its own: what it
// makes is `instanceof` none of Node's.

import { createContext, runInContext } from 'node:vm';
import { createServer, type FetchHandler } from 'sluice';
import { inject } from 'sluice/testing';
import { expect, test } from 'vitest';
import { type ReplyBody, reply } from '../../../src/index.js';

const context = createContext({ ReadableStream, TextEncoder, URLSearchParams });

/** What the source text gives in a realm of its own. */
const foreign = (source: string): ReplyBody => runInContext(source, context) as ReplyBody;

async function answerTo(fetch: FetchHandler) {
  const errors: unknown[] = [];
  const server = createServer({
    fetch,
    onError(error) {
      errors.push(error);
    },
  });
  const response = await inject(server, new Request('http://a.example/'));
  const text = await response.text();
  const length = response.headers.get('content-length');
  await server.close({ graceMs: 0 });
  return { status: response.status, text, length, errors };
}

const BYTES = '[97, 98, 99, 100]';

test.each([
  ['a Uint8Array', `new Uint8Array(${BYTES})`],
  ['a Uint8ClampedArray', `new Uint8ClampedArray(${BYTES})`],
  ['a part of a buffer', `new Uint8Array([0, ...${BYTES}, 0]).subarray(1, 5)`],
  ['an ArrayBuffer', `new Uint8Array(${BYTES}).buffer`],
  ['a DataView', `new DataView(new Uint8Array([0, ...${BYTES}]).buffer, 1)`],
  ['a Uint16Array', `new Uint16Array(new Uint8Array(${BYTES}).buffer)`],
  ['a BigInt64Array', `new BigInt64Array(new Uint8Array([...${BYTES}, ...${BYTES}]).buffer)`],
  [
    'shared memory',
    `(() => { const b = new SharedArrayBuffer(4); new Uint8Array(b).set(${BYTES}); return b; })()`,
  ],
])('%s of another realm is whole content, as one of this realm is', async (_name, source) => {
  const here: unknown = new Function(`return ${source}`)();
  const answer = await answerTo(() => reply(here as ReplyBody));
  expect(answer).toMatchObject({ status: 200, length: String(answer.text.length), errors: [] });
  expect(answer.text).toMatch(/^(?:abcd)+$/);
  expect(await answerTo(() => reply(foreign(source)))).toEqual(answer);
});

test('long content of another realm is sent as it is', async () => {
  const answer = await answerTo(() => reply(foreign('new Uint8Array(100_000).fill(97)')));
  expect([answer.status, answer.text.length, answer.length]).toEqual([200, 100_000, '100000']);
});

const CHUNKS = [
  'new Uint8Array([97, 98])',
  'new Uint8Array([99]).buffer',
  'new DataView(new Uint8Array([100]).buffer)',
];

test.each([
  [
    'a stream',
    `new ReadableStream({ start(c) { for (const x of [${CHUNKS}]) c.enqueue(x); c.close(); } })`,
  ],
  ['an async generator', `(async function* () { yield* [${CHUNKS}]; })()`],
  ['a generator', `(function* () { yield* [${CHUNKS}]; })()`],
  ['an array', `[${CHUNKS}]`],
])('chunks of another realm can be sent: %s', async (_name, source) => {
  const answer = await answerTo(() => reply(foreign(source)));
  expect(answer).toMatchObject({ status: 200, text: 'abcd', errors: [] });
});

test('a Response may have a stream of another realm’s bytes', async () => {
  const stream = foreign(
    `new ReadableStream({ start(c) { c.enqueue(${CHUNKS[0]}); c.close(); } })`,
  );
  expect(await answerTo(() => new Response(stream as ReadableStream))).toMatchObject({
    status: 200,
    text: 'ab',
    length: '2',
    errors: [],
  });
});

test('headers and init of another realm are taken', async () => {
  const made = runInContext(
    `reply('a', { status: 201, headers: [['x-a', ['1', '2']], ['x-b', '3']] }).fields +
     reply('a', { headers: new Map([['x-c', 4]]) }).fields`,
    createContext({ reply }),
  ) as string;
  expect(made).toContain('x-a: 1\r\nx-a: 2\r\nx-b: 3\r\n');
  expect(made).toContain('x-c: 4\r\n');
});

test('an injected request may be bytes of another realm', async () => {
  const server = createServer({ fetch: () => reply('a') });
  const source = 'new TextEncoder().encode("GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")';
  const bytes = runInContext(`Uint8Array.from(${source})`, context) as Uint8Array;
  expect((await inject(server, bytes)).status).toBe(200);
  await server.close();
});
