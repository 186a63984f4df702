// Of a connection that is over nothing is left in memory, however it ended: V8 is asked for the objects that it still has.

import { isDeepStrictEqual } from 'node:util';
import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { createServer, https, type Server } from '../../src/adapters/node/index.js';
import { NodeExchange } from '../../src/adapters/node/message/node-exchange.js';
import { Connection } from '../../src/conn/connection.js';
import { Exchange } from '../../src/conn/exchange.js';
import { SluiceRequest } from '../../src/http/request/request.js';
import { Tunnel } from '../../src/http/tunnel/tunnel.js';
import { createServer as createFetchServer } from '../../src/index.js';
import { Entrant } from '../../src/io/tls/tls-entrant.js';
import { endings, fetchEndings, nodeEndings } from '../support/endings.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { RawClient } from '../support/raw-client.js';
import { onTestEnd } from '../support/test-server.js';
import { pair, tlsClient } from '../support/tls.js';

/** They hold all others: transports, contexts, sockets. */
const KINDS = [Connection, Exchange, SluiceRequest, Tunnel, Entrant, NodeExchange];

// Each question has V8 walk the whole heap. So one is asked for all kinds that extend nothing: their prototypes get one behind
// them.
class Kept {}
const plain = KINDS.filter(
  ({ prototype }) => Object.getPrototypeOf(prototype) === Object.prototype,
);
for (const { prototype } of plain) Object.setPrototypeOf(prototype, Kept.prototype);
const ASKED = [Kept, ...KINDS.filter((kind) => !plain.includes(kind))];

function counted(kinds: readonly (new (...all: never[]) => object)[]): Record<string, number> {
  return Object.fromEntries(
    kinds.map((kind) => [kind.name, queryObjects(kind, { format: 'count' })]),
  );
}

const limits = { peerEndedMs: 50, lingerMs: 50 };
const tls = pair('local');

interface Subject {
  connect(): Promise<RawClient>;
  /** Connections and handshakes. */
  open(): number;
}

const clear = (port: number) => () => RawClient.connect(port);
const secure = (port: number) => () => tlsClient(port);

async function ofFetch(transport: 'auto' | 'net', isSecure: boolean): Promise<Subject> {
  // An error that is kept has its stack, and that all whose methods stand in it.
  const server = createFetchServer({
    fetch: fetchEndings,
    limits,
    transport,
    onError: () => undefined,
  });
  const { port } = await server.listen(isSecure ? { tls } : {});
  onTestEnd(() => server.close({ graceMs: 0 }));
  const open = (): number => {
    const { connections, handshakes } = server.stats();
    return Object.values(connections).reduce((sum, count) => sum + count, handshakes);
  };
  return { connect: (isSecure ? secure : clear)(port), open };
}

async function ofNode(isSecure: boolean): Promise<Subject> {
  const sluice = { limits };
  const server = isSecure
    ? https.createServer({ ...tls, sluice }, nodeEndings)
    : createServer({ sluice }, nodeEndings);
  let open = 0;
  server.on('connection', (socket) => {
    open++;
    socket.on('close', () => open--);
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.pipe(socket);
  });
  const port = await portOf(server);
  return { connect: (isSecure ? secure : clear)(port), open: () => open };
}

async function portOf(server: InstanceType<typeof Server>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(() => server.close().closeAllConnections());
  return (server.address() as { port: number }).port;
}

const subjects: Record<string, () => Promise<Subject>> = {
  'fetch, on handles': () => ofFetch('auto', false),
  'fetch, on sockets': () => ofFetch('net', false),
  'fetch, under TLS': () => ofFetch('auto', true),
  'fetch, under TLS, on sockets': () => ofFetch('net', true),
  '(req, res)': () => ofNode(false),
  '(req, res), under TLS': () => ofNode(true),
};

/** What a finalizer or a weak reference holds is gone at the second collection. */
const COLLECTIONS = 3;

const before = counted(ASKED);
const beforeByKind = counted(KINDS);

test.each(Object.entries(subjects))('%s', async (_name, begin) => {
  const subject = await begin();
  for (const [name, end] of Object.entries(endings)) {
    const client = await subject.connect();
    await end(client).catch((error: unknown) => {
      throw new Error(name, { cause: error });
    });
  }
  await loopUntil(() => subject.open() === 0);
  let after = counted(ASKED);
  for (let i = 1; i < COLLECTIONS && !isDeepStrictEqual(after, before); i++) {
    await loopTurns(2);
    after = counted(ASKED);
  }
  if (!isDeepStrictEqual(after, before)) expect(counted(KINDS)).toEqual(beforeByKind);
  expect(after).toEqual(before);
});
