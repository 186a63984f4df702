// How connections under TLS end, one by one and at close().

import { once } from 'node:events';
import { connect as connectPlain, createConnection, createServer, type Socket } from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { reply } from '../../../src/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';
import { RawClient } from '../../support/raw-client.js';
import { gate, get, onTestEnd, type Served, serve } from '../../support/test-server.js';
import { ca, pair, tlsClient } from '../../support/tls.js';

const tls = pair('local');
const opened = ({ server }: Served): number =>
  Object.values(server.stats().connections).reduce((sum, count) => sum + count, 0);

/** A client, and the records that the server sends it, by their type on the wire. */
async function watched(port: number): Promise<{ client: RawClient; records: number[] }> {
  const records: number[] = [];
  // In TLS 1.2 the type of a record can be seen: 21 is an alert, and close_notify is one.
  const middle = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true });
    let rest = Buffer.alloc(0);
    near.pipe(far);
    far.pipe(near);
    far.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
        records.push(rest[0] as number);
        rest = rest.subarray(5 + rest.readUInt16BE(3));
      }
    });
    near.on('error', () => far.destroy());
    far.on('error', () => near.resetAndDestroy());
  });
  await once(middle.listen(0, '127.0.0.1'), 'listening');
  onTestEnd(() => middle.close());
  const { port: between } = middle.address() as { port: number };
  return { client: await tlsClient(between, { maxVersion: 'TLSv1.2' }), records };
}

const ALERT = 21;

describe('a connection under TLS ends with close_notify', () => {
  test.each(['after its last response', 'where it was idle', 'at close()'])('%s', async (when) => {
    const served = await serve(
      { fetch: () => reply('x'), limits: when === 'where it was idle' ? { keepAliveMs: 30 } : {} },
      { tls },
    );
    const { client, records } = await watched(served.port);
    if (when === 'after its last response') client.send(get('/', 'Connection: close\r\n'));
    else if (when === 'at close()') client.send(get());
    if (when !== 'where it was idle') expect((await client.response()).status).toBe(200);
    if (when === 'at close()') void served.server.close();
    expect(await client.ended).toBe('fin');
    expect(records.at(-1)).toBe(ALERT);
  });

  test('but not where its response was cut off', async () => {
    const served = await serve(
      {
        fetch: () =>
          reply(
            (async function* () {
              yield 'begun';
              await loopTurns(3);
              throw new Error('and broken');
            })(),
          ),
      },
      { tls },
    );
    const { client, records } = await watched(served.port);
    client.send(get());
    expect(await client.ended).toBe('reset');
    expect(records.at(-1)).not.toBe(ALERT);
  });
});

test('close_notify of the client is its FIN: it gets its response', async () => {
  const answer = gate();
  let aborted = false;
  const served = await serve(
    {
      async fetch(request) {
        request.signal.addEventListener('abort', () => {
          aborted = true;
        });
        await answer.promise;
        return reply('late');
      },
    },
    { tls },
  );
  const client = await tlsClient(served.port);
  client.send(get()).finish();
  await loopUntil(() => aborted);
  answer.open();
  expect((await client.response()).text).toBe('late');
  expect(await client.ended).toBe('fin');
});

describe('close() with TLS', () => {
  test('answers what is under way, and settles', async () => {
    const answer = gate();
    const served = await serve(
      {
        async fetch() {
          await answer.promise;
          return reply('x');
        },
      },
      { tls },
    );
    const client = await tlsClient(served.port);
    client.send(get());
    await loopUntil(() => served.server.stats().inFlight === 1);
    const closing = served.server.close();
    answer.open();
    const { closes, text } = await client.response();
    expect([closes, text]).toEqual([true, 'x']);
    expect(await closing).toEqual({ finished: 1, refused: 0, cutOff: 0 });
  });

  test('answers who is in the middle of a handshake', async () => {
    const served = await serve({ fetch: () => reply('x') }, { tls });
    const wire = connectPlain({ host: '127.0.0.1', port: served.port, allowHalfOpen: true });
    onTestEnd(() => wire.destroy());
    await once(wire, 'connect');
    // The ClientHello is there when close() is called. What the server says to it, the client gets later.
    const held = gate();
    const late = async function* (): AsyncGenerator<Buffer> {
      await held.promise;
      yield* wire;
    };
    const readable = Readable.from(late(), { objectMode: false });
    const between = Duplex.from({ readable, writable: wire });
    const socket = connect({ socket: between, ca, servername: 'localhost' });
    onTestEnd(() => socket.destroy());
    await loopUntil(() => served.server.stats().handshakes === 1);
    const closing = served.server.close();
    await loopTurns(10);
    expect(served.server.stats().handshakes).toBe(1);
    held.open();
    const client = RawClient.on(socket as unknown as Socket);
    const { text, closes } = await client.send(get()).response();
    expect([text, closes]).toEqual(['x', true]);
    await closing;
    expect([opened(served), served.server.stats().handshakes]).toEqual([0, 0]);
  });

  test('does not wait for who has sent nothing, and for the others no longer than its grace', async () => {
    const served = await serve({ fetch: () => reply('x') }, { tls });
    const silent = await served.connect();
    const begun = await served.connect();
    const rubbishLater = await served.connect();
    begun.send('\x16\x03\x01\x02\0\x01');
    rubbishLater.send('\x16');
    await loopTurns(10);
    expect(await served.server.close({ graceMs: 50 })).toEqual({
      finished: 0,
      refused: 0,
      cutOff: 0,
    });
    await Promise.all([silent, begun, rubbishLater].map(({ ended }) => ended));
    expect(served.faults).toEqual([]);
  });
});

describe('half-open connections', () => {
  test('take no place of others, and end', async () => {
    const served = await serve(
      { fetch: () => reply('x'), limits: { connectionsMax: 60, handshakesMax: 4 } },
      { tls },
    );
    const flood: RawClient[] = [];
    for (let i = 0; i < 100; i++) {
      const client = await served.connect();
      if (i % 2 === 0) client.send('\x16\x03\x01');
      flood.push(client);
    }
    // Each of them finds room: the oldest of the flood makes it.
    for (let i = 0; i < 5; i++) {
      const client = await tlsClient(served.port);
      expect((await client.send(get()).response()).text).toBe('x');
    }
    await served.server.close({ graceMs: 0 });
    await Promise.all(flood.map(({ ended }) => ended));
  }, 60_000);
});
