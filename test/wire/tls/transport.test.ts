// The transport's contract, held under TLS at both ends.

import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { Handshakes } from '../../../src/conn/arrive/handshakes.js';
import type { Transport } from '../../../src/conn/transport.js';
import { Reports } from '../../../src/conn/watch/reports.js';
import { DeadlineList } from '../../../src/fsm/time/deadlines.js';
import { Listener } from '../../../src/io/listen/listener.js';
import { type SocketTls, wayForStreams } from '../../../src/io/listen/socket-way.js';
import { TlsContexts } from '../../../src/io/tls/tls-contexts.js';
import { tlsFrom } from '../../../src/io/tls/tls-options.js';
import { usableApi } from '../../../src/io/transport/handle-door.js';
import { NetTransport } from '../../../src/io/transport/net-transport.js';
import { RecordingSink } from '../../../src/testing/network/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';
import { ca, pair } from '../../support/tls.js';
import { type ContractPair, describeTransport } from '../../support/transport-contract.js';
import { manyBytes } from '../io/open-pair.js';

const ignored = (): void => undefined;

/** Reads at handles, or by the events of sockets. */
type Choice = 'auto' | 'net';

function newTls(): SocketTls {
  const reports = new Reports(
    { onError: undefined, onFault: undefined, observers: [], showsCredentials: false },
    ignored,
  );
  return {
    contexts: new TlsContexts(tlsFrom(pair('local')), () => undefined),
    handshakes: new Handshakes({
      handshakesMax: 1,
      clock: new DeadlineList('handshake', 10_000),
      stallClock: new DeadlineList('handshakeStall', 1000),
      reports,
      armTimer: ignored,
      oneOver: ignored,
    }),
  };
}

async function openPair(choice: Choice = 'auto'): Promise<ContractPair> {
  const serverSink = new RecordingSink();
  const clientSink = new RecordingSink();
  let server: Transport | undefined;
  const listener = new Listener({
    accept: (transport) => {
      server = transport;
      return serverSink;
    },
    transport: choice,
    tls: newTls(),
  });
  const { port } = await listener.listen();
  const wire = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  await once(wire, 'connect');
  const remote = { address: '127.0.0.1', port };
  const options: ConnectionOptions = { socket: wire, ca, servername: 'localhost' };
  const socket = connect(options);
  await once(socket, 'secureConnect');
  const facts = { serverName: undefined, clientCertificate: undefined };
  const api = usableApi(choice);
  const client = new NetTransport(socket, undefined, {
    wire,
    remote,
    local: undefined,
    facts,
    api,
  });
  client.attach(clientSink);
  await loopUntil(() => server !== undefined);
  const accepted = server as Transport;
  return {
    client: { transport: client, sink: clientSink },
    server: { transport: accepted, sink: serverSink },
    until: loopUntil,
    settle: () => loopTurns(200),
    async close() {
      client.destroy();
      accepted.destroy();
      listener.close();
    },
  };
}

describeTransport('NetTransport under TLS', manyBytes, () => openPair('net'));
describeTransport('NetTransport under TLS, read at its handle', manyBytes, () => openPair('auto'));

describe('NetTransport under TLS', () => {
  test('has flushed at once what the kernel has taken', async () => {
    const { server, close } = await openPair();
    for (const bytes of ['x', 'y'.repeat(10_000), new Uint8Array(60_000)]) {
      server.transport.write(bytes);
      expect(server.transport.unflushedBytes).toBe(0);
      await loopTurns(2);
    }
    expect(server.sink.flushedCount).toBe(0);
    await close();
  });
});

describe('a stream under TLS that was opened elsewhere', () => {
  test.each<Choice>(['net', 'auto'])('is read as transport %s says', async (choice) => {
    const sink = new RecordingSink();
    let isAccepted = false;
    let eventCount = 0;
    const way = wayForStreams(
      (transport) => {
        isAccepted = true;
        (transport as NetTransport & { stream: TLSSocket }).stream.on('data', () => eventCount++);
        return sink;
      },
      choice,
      newTls(),
    );
    const server = createServer({ allowHalfOpen: true }, way).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' });
    await once(client, 'secureConnect');
    await loopUntil(() => isAccepted);
    client.write('x');
    await loopUntil(() => sink.bytes.length > 0);
    expect(eventCount).toBe(usableApi(choice) === undefined ? 1 : 0);
    client.destroy();
    await loopUntil(() => sink.events.length > 1);
    server.close();
  });
});
