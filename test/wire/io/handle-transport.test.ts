import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HandleTransport } from '../../../src/io/transport/handle-transport.js';
import { NetTransport } from '../../../src/io/transport/net-transport.js';
import { streamApi } from '../../../src/io/transport/stream-api.js';
import { describeTransport } from '../../support/transport-contract.js';
import { manyBytes, openPair, type WirePair } from './open-pair.js';

const available = streamApi() !== undefined && process.env.SLUICE_TRANSPORT !== 'net';

/** The accepted end is the one that the contract calls the client. */
async function swapped(opening: Promise<WirePair>): Promise<WirePair> {
  const pair = await opening;
  return { ...pair, client: pair.server, server: pair.client };
}

describeTransport('HandleTransport', manyBytes, () => openPair());
describeTransport('HandleTransport, the other way', manyBytes, () => swapped(openPair()));

describe('over a Unix domain socket', () => {
  let folder: string;
  let pairs = 0;
  const open = (): Promise<WirePair> => openPair({ path: join(folder, String(pairs++)) });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('bytes and FIN travel both ways', async () => {
    const { client, server, until, close } = await open();
    client.transport.write('ping');
    server.transport.write(new Uint8Array(manyBytes));
    server.transport.end();
    await until(() => server.sink.byteCount === 4 && client.sink.finCount === 1);
    expect(client.sink.byteCount).toBe(manyBytes);
    expect(server.sink.events).toEqual(['bytes', 'flushed']);
    client.transport.end();
    await until(() => server.sink.finCount === 1);
    await close();
  });
});

test.runIf(available)('many small pieces that the kernel takes are flushed at once', async () => {
  const { client, server, until, settle, close } = await openPair();
  const pieces = Array.from({ length: 2_000 }, (_, i) => Uint8Array.of(i));
  server.transport.writeAll(pieces);
  expect(server.transport.unflushedBytes).toBe(0);
  expect(server.transport.retainedBytes).toBe(0);
  await until(() => client.sink.byteCount === 2_000);
  await settle();
  expect(client.sink.bytes.every((byte, i) => byte === (i & 0xff))).toBe(true);
  expect(server.sink.events).toEqual([]);
  await close();
});

describe('the choice', () => {
  test('by default is the handle, where this Node has it', async () => {
    const { server, close } = await openPair();
    expect(server.transport).toBeInstanceOf(available ? HandleTransport : NetTransport);
    await close();
  });

  test('can be the socket', async () => {
    const { server, close } = await openPair({}, { transport: 'net' });
    expect(server.transport).toBeInstanceOf(NetTransport);
    await close();
  });
});

describe.runIf(available)('HandleTransport: wrong use', () => {
  test('a write after end is a bug', async () => {
    const { server, close } = await openPair();
    server.transport.end();
    expect(() => server.transport.write('x')).toThrow('write side: write in ');
    await close();
  });
});
