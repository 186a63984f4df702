// A response without end, to a client that takes it as fast as it comes, lets other clients in: whatever makes the
// response, and however small its pieces are.

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createServer as createNodeServer } from '../../src/adapters/node/index.js';
import { createServer, reply } from '../../src/index.js';

/** Reads without end, and asks once more meanwhile. It tells how much it had read when it was answered. */
const CLIENT = `
  const { workerData: { port, bytesMax }, parentPort } = require('node:worker_threads');
  const { connect } = require('node:net');
  let bytes = 0;
  const tell = (said) => { parentPort.postMessage(said); greedy.destroy(); other?.destroy(); };
  let other;
  const greedy = connect(port, '127.0.0.1');
  greedy.write('GET /greedy HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
  greedy.on('error', () => undefined);
  greedy.on('close', () => tell('ended'));
  greedy.on('data', (piece) => {
    bytes += piece.length;
    if (bytes > bytesMax) tell('starved');
    else if (bytes > 1000 && other === undefined) {
      other = connect(port, '127.0.0.1');
      other.write('GET /other HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      other.on('error', () => undefined);
      other.once('data', () => tell('served'));
    }
  });
`;

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function beside(port: number, bytesMax: number): Promise<unknown> {
  const client = new Worker(CLIENT, { eval: true, workerData: { port, bytesMax } });
  closes.push(() => client.terminate());
  const [said] = await once(client, 'message');
  return said;
}

function* pieces(size: number): Generator<Uint8Array> {
  for (;;) yield new Uint8Array(size);
}

async function* later(size: number): AsyncGenerator<Uint8Array> {
  yield* pieces(size);
}

const bodies = {
  'a generator': pieces,
  'an async generator': later,
  'a stream': (size: number) =>
    new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(size)) }),
};

// A turn was a MiB of whatever pieces: four seconds of three bytes each.
test.each(
  Object.entries(bodies).flatMap(([name, body]) => [
    [3, name, body, 700_000] as const,
    [65_536, name, body, 500_000_000] as const,
  ]),
)('fetch: pieces of %d bytes by %s', async (size, _name, body, bytesMax) => {
  const server = createServer({
    fetch: ({ url }) => (url.endsWith('/greedy') ? reply(body(size)) : reply('other')),
  });
  const { port } = await server.listen({ port: 0 });
  closes.push(() => server.close({ graceMs: 0 }));
  expect(await beside(port, bytesMax)).toBe('served');
});

const writers: Record<string, (res: ServerResponse, piece: string) => unknown> = {
  drain: (res, piece) => {
    const go = (): void => {
      while (res.write(piece));
      res.once('drain', go);
    };
    go();
  },
  'a callback': (res, piece) => {
    const next = (error?: Error | null): void => {
      if (!error && !res.destroyed) res.write(piece, next);
    };
    next();
  },
  pipe: (res, piece) =>
    Readable.from(
      (function* () {
        for (;;) yield piece;
      })(),
      { objectMode: false },
    ).pipe(res),
};

// It was for as long as the client took it.
test.each(
  Object.entries(writers).flatMap(([name, write]) => [
    [3, name, write, 30_000_000] as const,
    [65_536, name, write, 1_000_000_000] as const,
  ]),
)('(req, res): pieces of %d bytes by %s', async (size, _name, write, bytesMax) => {
  const piece = 'x'.repeat(size);
  const server = createNodeServer((req, res) => {
    if (req.url === '/greedy') void write(res, piece);
    else res.end('other');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closes.push(() => {
    server.closeAllConnections();
    server.close();
  });
  expect(await beside((server.address() as AddressInfo).port, bytesMax)).toBe('served');
});
