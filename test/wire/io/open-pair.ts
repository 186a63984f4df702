// Two ends of a real connection: one that a listener accepted, one that connected by node:net.

import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import type { Transport } from '../../../src/conn/transport.js';
import type { BoundAddress, CheckedListen } from '../../../src/io/listen/listen-address.js';
import { Listener } from '../../../src/io/listen/listener.js';
import type { ListenerOptions } from '../../../src/io/listen/listener-options.js';
import { NetTransport } from '../../../src/io/transport/net-transport.js';
import { RecordingSink } from '../../../src/testing/network/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';
import type { ContractPair } from '../../support/transport-contract.js';

/** More than lies between two ends: Linux lets a socket's buffers grow to 6 MB on either side. */
export const manyBytes: number = 24 * 1024 * 1024;

export interface WirePair extends ContractPair {
  readonly bound: BoundAddress;
  readonly clientSocket: Socket;
}

export async function openPair(
  where: CheckedListen = {},
  options: Partial<ListenerOptions> = {},
): Promise<WirePair> {
  const serverSink = new RecordingSink();
  const clientSink = new RecordingSink();
  let server: Transport | undefined;
  const listener = new Listener({
    accept: (transport) => {
      server = transport;
      return serverSink;
    },
    ...options,
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
