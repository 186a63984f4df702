// The records of tunnels, and of requests that were cut off by their client or by the server. They tell as many
// bytes as the client has sent and got.

import { describe, expect, test } from 'vitest';
import { type Answer, type FetchHandler, reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import {
  type Ended,
  expectOrder,
  LINES,
  type MeasuredClient,
  RecordedServer,
} from '../support/measured-client.js';
import { gate, get, post, postChunked } from '../support/test-server.js';
import { SHORT_MS } from '../support/virtual-deadlines.js';

const piece: Uint8Array = new Uint8Array(10).fill(0x78);

/** A socket under TLS can't be reset. */
const RESET_LINES = LINES.filter((line) => line !== 'TLS');

/** A handler that answers when it may. */
function heldBack(content: string): { fetch(): Promise<Answer>; open(): void } {
  const held = gate();
  return {
    async fetch() {
      await held.promise;
      return reply(content);
    },
    open: held.open,
  };
}

/** All that the client has sent and got is in the one record. */
function expectBytes(record: Ended, client: MeasuredClient): void {
  expect([record.requestBytes, record.responseBytes]).toEqual([client.sentBytes, client.gotBytes]);
  expectOrder(record);
}

describe.each(RESET_LINES)('over %s, a request that its client resets', (line) => {
  test('before its response, has no status and no bytes of one', async () => {
    const held = heldBack('late');
    let aborted = false;
    const server = await RecordedServer.open(line, {
      fetch(request) {
        request.signal.addEventListener('abort', () => {
          aborted = true;
        });
        return held.fetch();
      },
    });
    const client = await server.client();
    client.send(get());
    await loopUntil(() => server.served.server.stats().inFlight === 1);
    client.raw.reset();
    await loopUntil(() => aborted);
    const record = await server.one();
    expect(record).toMatchObject({
      kind: 'completed',
      status: 0,
      reason: 'peerReset',
      delivered: false,
      responseContentBytes: 0,
    });
    expectBytes(record, client);
    held.open();
    await loopTurns(3);
    expect(server.records).toHaveLength(1);
  });

  test('in its content, has the bytes that came', async () => {
    let seen = 0;
    const server = await RecordedServer.open(line, {
      async fetch(request) {
        for await (const chunk of request.body ?? []) seen += chunk.length;
        return reply('late');
      },
    });
    const client = await server.client();
    client.send(post('x'.repeat(100_000)).slice(0, -400));
    await loopUntil(() => seen === 99_600);
    client.raw.reset();
    const record = await server.one();
    expect(record).toMatchObject({ status: 0, reason: 'peerReset', requestContentBytes: 99_600 });
    expectBytes(record, client);
  });

  test('in its response, has at least the bytes that reached the client', async () => {
    const server = await RecordedServer.open(line, endless());
    const client = await server.client();
    client.send(get());
    await client.raw.head();
    await client.raw.chunk();
    const got = client.gotBytes;
    client.raw.reset();
    const record = await server.one();
    expect(record).toMatchObject({ status: 200, delivered: false, reason: 'peerReset' });
    expect(record.responseBytes).toBeGreaterThanOrEqual(got);
    expect(record.responseContentBytes).toBeGreaterThanOrEqual(10);
    expect(record.responseContentBytes).toBeLessThan(record.responseBytes);
  });

  test('in a row of requests, leaves one record for each that came', async () => {
    const held = heldBack('late');
    const server = await RecordedServer.open(line, { fetch: held.fetch });
    const client = await server.client();
    client.send(get('/1') + get('/2') + get('/3'));
    await loopUntil(() => server.served.server.stats().inFlight === 1);
    client.raw.reset();
    await loopUntil(() => server.records.length >= 1);
    held.open();
    await loopTurns(5);
    for (const record of server.records) {
      expect([record.status, record.responseBytes, record.delivered]).toEqual([0, 0, false]);
      expect(record.requestBytes).toBe(get('/1').length);
    }
    // The server reads no head while another is answered.
    expect(server.records.map(({ target }) => target)).toEqual(['/1']);
  });
});

describe.each(LINES)('over %s, a request that its client ends', (line) => {
  test('in its content by FIN, has the answer to that', async () => {
    const server = await RecordedServer.open(line, {
      fetch: async (request) => reply(await request.text()),
    });
    const client = await server.client();
    client.send(postChunked('5\r\nabc'));
    client.raw.finish();
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ status: 400, delivered: true, requestContentBytes: 3 });
    expectBytes(record, client);
  });

  test('by FIN while it is answered, is answered', async () => {
    const held = heldBack('still');
    const server = await RecordedServer.open(line, { fetch: held.fetch });
    const client = await server.client();
    client.send(get());
    client.raw.finish();
    await loopUntil(() => server.served.server.stats().inFlight === 1);
    await loopTurns(3);
    held.open();
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ status: 200, delivered: true, reason: undefined });
    expectBytes(record, client);
  });
});

/** An answer without end, a piece a turn. */
function endless(): { fetch: FetchHandler } {
  return {
    fetch: () =>
      reply(
        (async function* () {
          for (;;) {
            yield piece;
            await new Promise((resolve) => setImmediate(resolve));
          }
        })(),
      ),
  };
}

describe.each(LINES)('over %s, a response that the server cuts off', (line) => {
  /** One piece, and when the client has that, what follows. */
  function upTo(
    follows: () => Uint8Array | undefined,
    length?: number,
  ): [FetchHandler, () => void] {
    const seen = gate();
    const headers = length === undefined ? {} : { 'Content-Length': length };
    const fetch = (): ReturnType<FetchHandler> =>
      reply(
        (async function* () {
          yield piece;
          await seen.promise;
          const next = follows();
          if (next !== undefined) yield next;
        })(),
        { headers },
      );
    return [fetch, seen.open];
  }

  test.each<[string, () => Uint8Array | undefined, number?]>([
    [
      'because its source fails',
      () => {
        throw new Error('meant');
      },
    ],
    ['because it is too short', () => undefined, 30],
    ['because it is too long', () => new Uint8Array(100), 30],
  ])('%s, has the bytes that the client got', async (_why, follows, length) => {
    const [fetch, go] = upTo(follows, length);
    const server = await RecordedServer.open(line, { fetch });
    const client = await server.client();
    client.send(get());
    await client.raw.head();
    await client.raw.take(10);
    go();
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ status: 200, delivered: false, reason: 'replyFailed' });
    expect(record.responseContentBytes).toBe(10);
    expectBytes(record, client);
  });

  test('because its handler is too slow, is a 503', async () => {
    const held = heldBack('late');
    const server = await RecordedServer.open(line, {
      fetch: held.fetch,
      limits: { handlerMs: SHORT_MS },
    });
    const client = await server.client();
    expect((await client.ask(get())).status).toBe(503);
    const record = await server.one();
    expect(record).toMatchObject({ kind: 'completed', status: 503, delivered: true });
    expect('handlerMs' in record && record.handlerMs).toBeGreaterThan(0);
    expectBytes(record, client);
    held.open();
    await loopTurns(3);
    expect(server.records).toHaveLength(1);
  });

  test('because it closes, has the bytes that the client got', async () => {
    const [fetch, go] = upTo(() => undefined, 30);
    const server = await RecordedServer.open(line, { fetch });
    const client = await server.client();
    client.send(get());
    await client.raw.head();
    await client.raw.take(10);
    await server.served.server.close({ graceMs: 0 });
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ status: 200, delivered: false, reason: 'drain' });
    expectBytes(record, client);
    go();
  });

  test('because the client reads nothing, has no more bytes than were made, and no fewer than came', async () => {
    const content = new Uint8Array(8_000_000);
    const server = await RecordedServer.open(line, {
      limits: { writeStallMs: SHORT_MS },
      fetch: () => reply(content),
    });
    const client = await server.client();
    client.raw.pause();
    client.send(get());
    const record = await server.one();
    expect(record).toMatchObject({ status: 200, delivered: false, reason: 'writeStalled' });
    expect(record.requestBytes).toBe(client.sentBytes);
    client.raw.resume();
    await client.raw.ended;
    expect(record.responseBytes).toBeGreaterThanOrEqual(client.gotBytes);
    expect(record.responseBytes).toBeLessThan(content.length);
    expect(record.responseContentBytes).toBeLessThan(record.responseBytes);
    expectOrder(record);
  });
});

describe.each(LINES)('over %s, a tunnel is told at its end', (line) => {
  const echo: FetchHandler = async (_request, context) => {
    const { readable, writable } = await context.upgrade();
    await readable.pipeTo(writable).catch(() => undefined);
  };
  const asks = [
    ['an upgrade', get('/', 'Connection: upgrade\r\nUpgrade: echo\r\n'), 101],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 200],
  ] as const;

  test.each(asks)('%s: with all that went through it', async (_what, request, status) => {
    const server = await RecordedServer.open(line, { connect: true, fetch: echo });
    const client = await server.client();
    client.send(`${request}early `);
    await client.raw.head();
    const headBytes = client.gotBytes - client.raw.unread;
    await client.raw.take(6);
    client.send('late');
    await client.raw.take(4);
    expect(server.records).toEqual([]);
    client.raw.finish();
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ kind: 'completed', status, delivered: true });
    expectBytes(record, client);
    expect([record.requestContentBytes, record.responseContentBytes]).toEqual([10, 10]);
    expect(record.responseBytes).toBe(headBytes + 10);
  });

  test.skipIf(line === 'TLS').each(asks)(
    '%s: reset by the client',
    async (_what, request, status) => {
      const server = await RecordedServer.open(line, { connect: true, fetch: echo });
      const client = await server.client();
      client.send(request);
      await client.raw.head();
      client.send('abc');
      await client.raw.take(3);
      client.raw.reset();
      const record = await server.one();
      expect(record).toMatchObject({ status, delivered: false, reason: 'peerReset' });
      expectBytes(record, client);
    },
  );

  test.each(asks)('%s: refused by the handler', async (_what, request) => {
    const server = await RecordedServer.open(line, {
      connect: true,
      fetch: () => reply('no', { status: 403 }),
    });
    const client = await server.client();
    client.send(request);
    const method = request.slice(0, request.indexOf(' '));
    expect((await client.raw.response(method)).status).toBe(403);
    client.raw.finish();
    await client.raw.ended;
    const record = await server.one();
    expect(record).toMatchObject({ status: 403, delivered: true, responseContentBytes: 2 });
    expectBytes(record, client);
  });
});
