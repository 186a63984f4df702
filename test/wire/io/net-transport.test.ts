import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Transport } from '../../../src/conn/transport.js';
import { type BoundAddress, type ListenAddress, Listener } from '../../../src/io/listener.js';
import { NetTransport } from '../../../src/io/net-transport.js';
import { RecordingSink } from '../../../src/testing/network/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';
import { type ContractPair, describeTransport } from '../../support/transport-contract.js';

interface NetPair extends ContractPair {
  readonly bound: BoundAddress;
  readonly clientSocket: Socket;
}

async function openNet(where: ListenAddress = {}): Promise<NetPair> {
  const serverSink = new RecordingSink();
  const clientSink = new RecordingSink();
  let server: Transport | undefined;
  const listener = new Listener({
    accept: (transport) => {
      server = transport;
      return serverSink;
    },
  });
  const bound = await listener.listen(where);
  const target: NetConnectOpts =
    where.path === undefined ? { host: bound.address, port: bound.port } : { path: where.path };
  const clientSocket = createConnection({ ...target, allowHalfOpen: true, noDelay: true });
  await new Promise((resolve) => clientSocket.once('connect', resolve));
  const client = new NetTransport(clientSocket);
  client.attach(clientSink);
  await loopUntil(() => server !== undefined);
  if (server === undefined) throw new Error('nobody was accepted');
  const accepted = server;
  return {
    bound,
    clientSocket,
    client: { transport: client, sink: clientSink },
    server: { transport: accepted, sink: serverSink },
    until: loopUntil,
    // Loopback carries within the call; each turn polls what has come.
    settle: () => loopTurns(200),
    async close() {
      client.destroy();
      accepted.destroy();
      listener.close();
    },
  };
}

// Linux lets a socket's buffers grow to 6 MB on either side.
describeTransport('NetTransport', 24 * 1024 * 1024, openNet);

describe('NetTransport: addresses', () => {
  test('are those of both ends', async () => {
    const { client, server, bound, clientSocket, close } = await openNet();
    expect(server.transport.local).toEqual({ address: '127.0.0.1', port: bound.port });
    expect(client.transport.remote).toEqual({ address: '127.0.0.1', port: bound.port });
    expect(server.transport.remote).toEqual({ address: '127.0.0.1', port: clientSocket.localPort });
    expect(client.transport.local).toEqual(server.transport.remote);
    expect(server.transport.encrypted).toBe(false);
    await close();
  });

  test('are known after a reset', async () => {
    const { client, server, until, close } = await openNet();
    const { remote } = client.transport;
    client.transport.reset();
    await until(() => server.sink.resetCount === 1);
    expect(server.transport.local).toEqual(remote);
    expect(server.transport.remote.address).toBe('127.0.0.1');
    await close();
  });

  test('are each its own behind a wildcard', async () => {
    const { client, server, close } = await openNet({ host: '0.0.0.0' }).catch(() => openNet());
    expect(server.transport.local.port).toBe(client.transport.remote.port);
    expect(server.transport.local.address).toBe('127.0.0.1');
    await close();
  });

  test('of a Unix domain socket are empty', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const path = join(folder, 'socket');
    const { client, server, bound, until, close } = await openNet({ path });
    expect(bound).toEqual({ address: path, port: 0, family: 'Unix' });
    expect(server.transport.remote).toEqual({ address: '', port: 0 });
    expect(server.transport.local).toEqual({ address: '', port: 0 });
    client.transport.write('hello');
    await until(() => server.sink.byteCount === 5);
    // It knows no reset: the peer sees an end of some kind.
    server.transport.reset();
    await until(() => client.sink.finCount + client.sink.resetCount === 1);
    await close();
    await rm(folder, { recursive: true });
  });
});

describe('NetTransport: wrong use', () => {
  test('a write after end is a bug', async () => {
    const { client, close } = await openNet();
    client.transport.end();
    expect(() => client.transport.write('x')).toThrow('a write after end');
    await close();
  });

  test('a socket that somebody else destroys is a reset', async () => {
    const { client, clientSocket, until, close } = await openNet();
    clientSocket.destroy();
    await until(() => client.sink.resetCount === 1);
    expect(client.sink.resetError).toBeUndefined();
    await close();
  });
});
