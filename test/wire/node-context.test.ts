// What an application keeps in an AsyncLocalStorage is found by the listeners of `sluice/node` where node:http's find it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { both } from '../support/node-pair.js';
import { get } from '../support/test-server.js';

const storage = new AsyncLocalStorage<string>();

/** Both servers listen in the context `outer`, or in none, while `use` runs. */
async function listening(
  outer: string | undefined,
  prepare: (server: http.Server, note: (name: string) => void) => void,
  use: (port: number, server: http.Server) => Promise<void>,
): Promise<unknown[]> {
  const [node, sluice] = await both(async (make) => {
    const notes: unknown[] = [];
    const server = make({});
    prepare(server, (name) => notes.push([name, storage.getStore()]));
    const listens = (): unknown => server.listen(0, '127.0.0.1');
    if (outer === undefined) listens();
    else storage.run(outer, listens);
    await once(server, 'listening');
    await use((server.address() as AddressInfo).port, server);
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    return notes;
  });
  expect(sluice).toEqual(node);
  return sluice;
}

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\n';

/** Content that comes in two pieces, each when the one before it was told. */
async function inPieces(port: number, server: http.Server): Promise<void> {
  const asked = once(server, 'request');
  const client = net.connect(port, '127.0.0.1').resume();
  client.write(HEAD);
  const [req] = (await asked) as [http.IncomingMessage];
  for (const piece of ['abc', 'def']) {
    const came = once(req, 'data');
    client.write(piece);
    await came;
  }
  await once(client, 'close');
}

describe('the context of listen()', () => {
  it('is that of requests and their content', async () => {
    const notes = await listening(
      'outer',
      (server, note) =>
        server.on('request', (req, res) => {
          note('request');
          req.on('data', () => note('data'));
          req.on('end', () => {
            note('end');
            res.end();
          });
        }),
      inPieces,
    );
    expect(notes).toHaveLength(4);
    expect(new Set(notes.map((each) => (each as string[])[1]))).toEqual(new Set(['outer']));
  });

  it('is that of faults', async () => {
    const notes = await listening(
      'outer',
      (server, note) =>
        server.on('clientError', (_error, socket) => {
          note('clientError');
          socket.destroy();
        }),
      async (port) => {
        const client = net.connect(port, '127.0.0.1').resume();
        client.on('error', () => undefined);
        client.write('@@\r\n\r\n');
        await once(client, 'close');
      },
    );
    expect(notes).toEqual([['clientError', 'outer']]);
  });
});

describe('the context that a listener enters', () => {
  for (const outer of [undefined, 'outer']) {
    it(`is found, or not, when content comes later: listen() in ${outer}`, async () => {
      await listening(
        outer,
        (server, note) =>
          server.on('request', (req, res) => {
            note('request');
            storage.enterWith('inner');
            req.on('data', () => note('data'));
            req.on('end', () => {
              note('end');
              res.end(() => note('ended'));
            });
          }),
        inPieces,
      );
    });
  }

  it('is not seen by the next request of the connection', async () => {
    const [, sluice] = await both(async (make) => {
      const seen: unknown[] = [];
      const server = make({}, (_req, res) => {
        seen.push(storage.getStore());
        storage.enterWith('inner');
        res.end();
      });
      storage.run('outer', () => server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      client.write(get('/'));
      await once(client, 'data');
      client.write(get('/', 'Connection: close\r\n'));
      await once(client, 'close');
      server.close();
      return seen;
    });
    expect(sluice).toEqual(['outer', 'outer']);
  });
});
