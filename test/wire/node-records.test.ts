// The records of requests to `sluice/node`: each number is what the client has measured itself.

import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import type { RequestCompleted, RequestRefused } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { MeasuredClient } from '../support/measured-client.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd, post, postChunked } from '../support/test-server.js';

const listeners: Record<string, RequestListener> = {
  '/whole': (_req, res) => void res.end('Hello'),
  '/bytes': (_req, res) => void res.end(Buffer.alloc(3000)),
  '/large': (_req, res) => void res.end(Buffer.alloc(1_500_000)),
  '/empty': (_req, res) => void res.end(),
  '/204': (_req, res) => void res.writeHead(204).end(),
  '/304': (_req, res) => void res.writeHead(304, { ETag: '"a"' }).end(),
  '/404': (_req, res) => void res.writeHead(404).end('none'),
  '/pieces': (_req, res) => {
    res.write('one');
    setImmediate(() => {
      res.write('two');
      setImmediate(() => res.end('three'));
    });
  },
  '/declared': (_req, res) => {
    res.setHeader('Content-Length', 6);
    res.write('one');
    setImmediate(() => res.end('two'));
  },
  '/hints': (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    res.writeProcessing();
    res.end('Hello');
  },
  '/echo': (req, res) => void req.pipe(res),
  '/unread': (_req, res) => void setImmediate(() => res.end('no')),
};

async function served(listener: RequestListener) {
  const records: (RequestCompleted & { readonly toldAt: number })[] = [];
  const refused: RequestRefused[] = [];
  const observer = {
    requestRefused: (record: RequestRefused) => refused.push(record),
    requestCompleted(record: RequestCompleted): void {
      records.push({ ...record, toldAt: performance.now() });
    },
  };
  const server = createServer({ sluice: { observer } }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = new MeasuredClient(await RawClient.connect(port));
  const got: Buffer[] = [];
  client.raw.socket.on('data', (bytes: Buffer) => got.push(bytes));
  onTestEnd(() => client.raw.socket.destroy());
  return { server, records, refused, client, text: () => String(Buffer.concat(got)) };
}

const chunks = '3;ext="1"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n';
/** What is asked, the bytes of its content, and the status. */
const requests: readonly (readonly [bytes: string, content: number, status: number])[] = [
  ...['/whole', '/bytes', '/large', '/empty', '/pieces', '/declared', '/hints'].flatMap(
    (target) =>
      [
        [get(target), 0, 200],
        [get(target).replace('GET', 'HEAD'), 0, 200],
      ] as const,
  ),
  [get('/204'), 0, 204],
  [get('/304'), 0, 304],
  [get('/404'), 0, 404],
  [post('Hello', '', '/echo'), 5, 200],
  [post('x'.repeat(20_000), '', '/echo'), 20_000, 200],
  [postChunked(chunks, '', '/echo'), 13, 200],
  [post('Hello', '', '/unread'), 5, 200],
];

describe.each(['one after the other', 'all at once'])('requests to sluice/node %s', (how) => {
  test('have records that are what their client measures', async () => {
    const { records, client } = await served((req, res) => listeners[req.url ?? '']?.(req, res));
    const isOneByOne = how === 'one after the other';
    if (!isOneByOne) client.send(requests.map(([bytes]) => bytes).join(''));
    const measured = [];
    for (const [bytes, content] of requests) {
      if (isOneByOne) measured.push(await client.ask(bytes, content));
      else measured.push(await client.response(bytes.slice(0, bytes.indexOf(' ')), content));
    }
    await loopUntil(() => records.length === requests.length);
    for (const [i, record] of records.entries()) {
      const [bytes, content, status] = requests[i] as (typeof requests)[number];
      const { responseBytes, fromMs, toMs, responseContentBytes } = measured[
        i
      ] as (typeof measured)[number];
      expect(record, bytes.slice(0, 30)).toMatchObject({
        status,
        requestBytes: bytes.length,
        requestContentBytes: content,
        responseBytes,
        delivered: true,
        reason: undefined,
      });
      expect(record.responseContentBytes).toBeGreaterThanOrEqual(responseContentBytes);
      expect(record.durationMs).toBeLessThanOrEqual(record.toldAt - fromMs);
      if (responseBytes < 50_000) expect(record.durationMs).toBeLessThanOrEqual(toMs - fromMs);
      expect(record.durationMs).toBeGreaterThanOrEqual(record.handlerMs);
    }
    expect(records.reduce((sum, record) => sum + record.requestBytes, 0)).toBe(client.sentBytes);
    expect(records.reduce((sum, record) => sum + record.responseBytes, 0)).toBe(client.gotBytes);
  });
});

test('an upgrade of sluice/node is told at its end, with all bytes both ways', async () => {
  const { server, records, client } = await served(() => undefined);
  server.on('upgrade', (_req, socket, head) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.write(head);
    socket.pipe(socket);
  });
  client.send(`${get('/', 'Connection: upgrade\r\nUpgrade: echo\r\n')}early `);
  expect((await client.raw.head()).status).toBe(101);
  await client.raw.take(6);
  client.send('late');
  await client.raw.take(4);
  client.raw.finish();
  await client.raw.ended;
  await loopUntil(() => records.length === 1);
  expect(records[0]).toMatchObject({
    status: 101,
    delivered: true,
    requestBytes: client.sentBytes,
    responseBytes: client.gotBytes,
  });
});

test('a response of sluice/node that its listener cuts off, is told with the bytes that came', async () => {
  const { records, client } = await served((_req, res) => {
    res.write('one');
    setTimeout(() => res.destroy(), 20);
  });
  client.send(get());
  await client.raw.ended;
  await loopUntil(() => records.length === 1);
  expect(records[0]).toMatchObject({
    status: 200,
    delivered: false,
    responseBytes: client.gotBytes,
  });
});

describe('a response that is written by hand has the status that its client sees', () => {
  const bad = [
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['BAD\r\n\r\n', 400],
    ['GET / HTTP/9.1\r\nHost: a\r\n\r\n', 505],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [`${get('/slow')}BAD\r\n\r\n`, 400],
  ] as const;

  test.each(bad)('to a fault that nobody hears of: %#', async (bytes, status) => {
    const { refused, client, text } = await served((_req, res) => void res.end('Hello'));
    client.send(bytes);
    await client.raw.ended;
    await loopUntil(() => refused.length === 1);
    expect(text()).toContain(`HTTP/1.1 ${status} `);
    expect(refused[0]).toMatchObject({ status, delivered: true, responseContentBytes: 0 });
  });

  test.each([
    ['HTTP/1.1 418 Tea\r\nConnection: close\r\n\r\nshort and stout', 418, 15],
    ['HTTP/1.0 400\r\n\r\n', 400, 0],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n', 0, 0],
    ['what is this?', 0, 0],
  ])("by a listener of 'clientError': %j", async (answer, status, responseContentBytes) => {
    const { server, refused, client, text } = await served(() => undefined);
    server.on('clientError', (_error, socket) => socket.end(answer));
    client.send('BAD\r\n\r\n');
    await client.raw.ended;
    await loopUntil(() => refused.length === 1);
    expect(text()).toBe(answer);
    expect(refused[0]).toMatchObject({ status, responseContentBytes, delivered: true });
    expect(refused[0]?.responseBytes).toBe(answer.length);
  });

  test.each([
    ['HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\nno', 401, 2],
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nab', 101, 2],
    ['by no protocol', 101, 14],
  ])("by a listener of 'upgrade': %j", async (answer, status, responseContentBytes) => {
    const { server, records, client, text } = await served(() => undefined);
    server.on('upgrade', (_req, socket) => {
      socket.write('');
      for (const piece of [answer.slice(0, -1), answer.slice(-1)]) socket.write(piece);
      socket.end();
    });
    client.send(get('/', 'Connection: upgrade\r\nUpgrade: echo\r\n'));
    await client.raw.ended;
    client.raw.finish();
    await loopUntil(() => records.length === 1);
    expect(text()).toBe(answer);
    expect(records[0]).toMatchObject({ status, responseContentBytes, delivered: true });
    expect(records[0]?.responseBytes).toBe(answer.length);
  });
});
