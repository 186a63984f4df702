// Each row of the fault table on a socket: what is answered, that the connection
// then ends, and what `onFault` is told.

import { describe, expect, test } from 'vitest';
import { accessLog } from '../../src/adapters/access-log/index.js';
import { FAULT_NAMES, Fault, type FaultName, faultCode, faultRow } from '../../src/fsm/faults.js';
import { type Limits, reply } from '../../src/index.js';
import { get, post, postChunked, serve } from '../support/test-server.js';

interface Example {
  /** What the peer sends; `¦` marks the offset that is reported, and is not sent. */
  readonly sends: string;
  readonly limits?: Partial<Limits>;
  /** CONNECT is offered. */
  readonly connect?: boolean;
  /** FIN follows. */
  readonly ends?: boolean;
  /** It lies in the content: the handler runs, and learns of it by reading. */
  readonly content?: boolean;
}

const host = 'Host: a\r\n';

/** Faults before HTTP begins: the connection is closed without an answer. They have tests of their own. */
const UNANSWERED = [
  'proxyHeaderMissing',
  'proxyHeaderInvalid',
  'proxyHeaderTruncated',
  'proxyHeaderTimeout',
  'proxyPeerUntrusted',
  // Of listeners with TLS.
  'plainOnTls',
  'handshakeFailed',
  'handshakeTimeout',
] as const;
type Answered = Exclude<FaultName, 'none' | (typeof UNANSWERED)[number]>;
const ANSWERED = FAULT_NAMES.filter((name): name is Answered =>
  UNANSWERED.every((one) => one !== name),
);

const examples: Readonly<Record<Answered, Example>> = {
  methodInvalid: { sends: `G¦(T / HTTP/1.1\r\n${host}\r\n` },
  targetInvalid: { sends: `GET ¦nowhere HTTP/1.1\r\n${host}\r\n` },
  targetTooLong: {
    sends: `GET /01234567¦89 HTTP/1.1\r\n${host}\r\n`,
    limits: { targetBytesMax: 9 },
  },
  versionInvalid: { sends: `GET / ¦http/1.1\r\n${host}\r\n` },
  versionUnsupported: { sends: `GET / HTTP/¦2.0\r\n${host}\r\n` },
  tlsHandshake: { sends: '¦\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03' },
  prefaceOfHttp2: { sends: '¦PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  proxyHeader: { sends: `¦PROXY TCP4 192.0.2.1 192.0.2.2 4321 80\r\n${get('/')}` },
  bareLf: { sends: `GET / HTTP/1.1¦\n${host}\r\n` },
  bareCr: { sends: `GET / HTTP/1.1\r¦x${host}\r\n` },
  fieldNameInvalid: { sends: `GET / HTTP/1.1\r\n${host}na¦(me: x\r\n\r\n` },
  fieldNameSpace: { sends: `GET / HTTP/1.1\r\n${host}name¦ : x\r\n\r\n` },
  fieldFolded: { sends: `GET / HTTP/1.1\r\n${host}name: x\r\n¦ y\r\n\r\n` },
  fieldValueInvalid: { sends: `GET / HTTP/1.1\r\n${host}name: x¦\0y\r\n\r\n` },
  headTooLarge: {
    sends: `GET / HTTP/1.1\r\n${host}name: ${'x'.repeat(33)}¦${'x'.repeat(200)}\r\n\r\n`,
    limits: { headBytesMax: 64 },
  },
  fieldsTooMany: {
    sends: `GET / HTTP/1.1\r\n${host}b: x\r\n¦c: x\r\n\r\n`,
    limits: { fieldCountMax: 2 },
  },
  hostMissing: { sends: 'GET / HTTP/1.1\r\n\r\n¦' },
  hostRepeated: { sends: `GET / HTTP/1.1\r\n${host}${host}¦\r\n` },
  hostInvalid: { sends: 'GET / HTTP/1.1\r\nHost: a b\r\n¦\r\n' },
  contentLengthInvalid: { sends: `POST / HTTP/1.1\r\n${host}Content-Length: +1\r\n¦\r\nx` },
  contentLengthRepeated: {
    sends: `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n¦\r\nx`,
  },
  lengthAndCoding: {
    sends: `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n¦\r\n0\r\n\r\n`,
  },
  codingInvalid: { sends: `POST / HTTP/1.1\r\n${host}Transfer-Encoding: \r\n\r\n¦` },
  codingNotChunked: {
    sends: `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked, gzip\r\n\r\n¦`,
  },
  codingUnknown: { sends: `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n¦` },
  codingInHttp10: { sends: 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n¦\r\n0\r\n\r\n' },
  expectationUnknown: { sends: `POST / HTTP/1.1\r\n${host}Expect: tea\r\n\r\n¦` },
  connectContent: {
    sends: `CONNECT a:443 HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\n¦`,
    connect: true,
  },
  connectUnsupported: { sends: `CONNECT a:443 HTTP/1.1\r\n${host}\r\n¦` },
  chunkSizeInvalid: { sends: postChunked('¦-1\r\n'), content: true },
  chunkExtensionInvalid: { sends: postChunked('1;¦\0\r\nx\r\n0\r\n\r\n'), content: true },
  chunkDataEndMissing: { sends: postChunked('1\r\nx¦y\r\n0\r\n\r\n'), content: true },
  chunkLineTooLong: {
    sends: postChunked(`1;${'x'.repeat(14)}¦xxx\r\nx\r\n0\r\n\r\n`),
    limits: { chunkLineBytesMax: 16 },
    content: true,
  },
  chunkExtensionsTooLarge: {
    sends: postChunked('1;ext\r\nx\r\n1;e¦xt\r\nx\r\n0\r\n\r\n'),
    limits: { chunkExtBytesMax: 6 },
    content: true,
  },
  chunkOverhead: {
    sends: postChunked(`${'1\r\nx\r\n'.repeat(4)}1\r¦\nx\r\n0\r\n\r\n`),
    limits: { chunkOverheadBytesMax: 8 },
    content: true,
  },
  trailersTooLarge: {
    sends: postChunked(`0\r\nname: ${'x'.repeat(10)}¦${'x'.repeat(10)}\r\n\r\n`),
    limits: { trailerBytesMax: 16 },
    content: true,
  },
  bodyTooLarge: {
    sends: postChunked('9\r\n12345678¦9\r\n'),
    limits: { bodyBytesMax: 8 },
    content: true,
  },
  headTimeout: { sends: `GET / HTTP/1.1\r\nHos¦`, limits: { headMs: 30 } },
  bodyTimeout: { sends: postChunked('9\r\n1234¦'), limits: { bodyIdleMs: 30 }, content: true },
  headTruncated: { sends: `GET / HTTP/1.1\r\nHos¦`, ends: true },
  bodyTruncated: { sends: postChunked('9\r\n1234¦'), ends: true, content: true },
};

describe.each(ANSWERED)('%s', (name) => {
  const {
    sends,
    limits = {},
    connect = false,
    ends = false,
    content = false,
  } = examples[name as keyof typeof examples];
  const row = faultRow(Fault[name]);
  const bytes = sends.replace('¦', '');

  test(`is answered with ${row.status}, reported, and ends the connection`, async () => {
    const handled: string[] = [];
    const served = await serve({
      limits,
      connect,
      async fetch(request, context) {
        handled.push(context.target);
        return reply(await request.text());
      },
    });
    const client = await served.send(bytes);
    if (ends) client.finish();
    const response = await client.response();
    expect(response.status).toBe(row.status);
    expect(response.closes).toBe(true);
    expect(response.text).toContain(row.text);
    expect((await client.rest()).length).toBe(0);
    expect(await client.ended).toBe('fin');
    expect(handled).toEqual(content ? ['/'] : []);
    expect(served.errors).toEqual([]);
    expect(served.faults).toMatchObject([
      {
        code: faultCode(Fault[name]),
        status: row.status,
        section: row.section,
        text: row.text,
        offset: sends.indexOf('¦'),
        remoteAddress: '127.0.0.1',
        connectionId: 1,
      },
    ]);
    expect(served.faults[0]?.state).toMatch(
      content ? /^(body|done)\/pending\/keep$/ : /^(idle|head)\/idle\/keep$/,
    );
    expect(served.server.stats().faults).toBe(1);
  });

  test('leaves the request before it its answer', async () => {
    const served = await serve({
      limits,
      connect,
      fetch: async (request, context) => reply(`${context.target} ${await request.text()}`),
    });
    const before = name === 'targetTooLong' ? get('/a') : post('content', '', '/before');
    const client = await served.send(`${before}${bytes}`);
    if (ends) client.finish();
    const [first, second] = await client.responses(2);
    expect(first?.status).toBe(200);
    expect(second?.status).toBe(row.status);
    expect(await client.ended).toBe('fin');
    expect(served.faults[0]?.offset).toBe(before.length + sends.indexOf('¦'));
  });
});

describe('what is reported', () => {
  test('shows the bytes around the place', async () => {
    const served = await serve({ fetch: () => reply() });
    const client = await served.send(`GET / HTTP/1.1\r\n${host}name: left\0right\r\n\r\n`);
    await client.response();
    expect(served.faults[0]?.bytes).toContain('name: left\0right');
    expect(served.faults[0]?.bytes.length).toBeLessThanOrEqual(64);
  });

  test('shows nothing of what an earlier connection left in the memory that all read into', async () => {
    const lines: string[] = [];
    const served = await serve({
      fetch: async (request) => reply(await request.text()),
      observer: accessLog({ stream: { write: (text) => lines.push(text) } }),
    });
    const secret = 'Cookie: session=0123456789abcdef';
    for (const [i, { sends }] of Object.values(examples).entries()) {
      const wrong = sends.replace('¦', '');
      const before = await served.send(get('/', `${secret}${secret.repeat(20)}\r\n`));
      await before.response();
      const client = await served.send(wrong);
      client.finish();
      await client.rest();
      await client.ended;
      for (const { bytes } of served.faults.splice(0))
        expect(wrong.includes(bytes), `${i}: ${JSON.stringify(bytes)}`).toBe(true);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toMatch(/ookie|session/);
  });

  test('costs the peer nothing where onFault throws, and goes to onError', async () => {
    const mistake = new Error('onFault');
    const served = await serve({
      fetch: () => reply(),
      onFault() {
        throw mistake;
      },
    });
    const client = await served.send('bad\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    expect(served.errors).toEqual([mistake]);
  });
});

describe('a fault in the content', () => {
  test('of a request whose handler has answered ends the connection after the answer', async () => {
    const served = await serve({ fetch: () => reply('early') });
    const client = await served.send(postChunked('1\r\nx'));
    const response = await client.response();
    expect(response.text).toBe('early');
    expect(response.closes).toBe(false);
    client.send('no chunk end');
    expect(await client.ended).toBe('fin');
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_CHUNK_DATA_END_MISSING']);
  });

  test('reaches a handler that catches it, whose answer is then sent', async () => {
    const served = await serve({
      async fetch(request) {
        try {
          return reply(await request.text());
        } catch (error) {
          return reply(`${(error as Error).name} ${(error as { code: string }).code}`, {
            status: 202,
          });
        }
      },
    });
    const client = await served.send(postChunked('zz\r\n'));
    const response = await client.response();
    expect(response.status).toBe(202);
    expect(response.text).toBe('BodyError SLUICE_FAULT_CHUNK_SIZE_INVALID');
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
  });

  test('is told to HEAD without content', async () => {
    const served = await serve({ fetch: () => reply() });
    const client = await served.send('HEAD / HTTP/1.1\r\n\r\n');
    const response = await client.response('HEAD');
    expect(response.status).toBe(400);
    expect((await client.rest()).length).toBe(0);
  });
});
