// What an application keeps in an AsyncLocalStorage is found by the listeners of `sluice/node` where node:http's find it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { both } from '../support/node-pair.js';
import { get, post } from '../support/test-server.js';

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
});

describe('the context of a response', () => {
  const ends: [string, (end: () => void) => void][] = [
    ['at once', (end) => end()],
    ['later', (end) => void setImmediate(end)],
  ];

  it.each(ends)('is where its end is heard, where it ends %s', async (_name, ends) => {
    const [node, sluice] = await both(async (make) => {
      const notes: unknown[] = [];
      const note = (name: string): void => void notes.push([name, storage.getStore()]);
      const server = make({}, (req, res) => {
        storage.run(req.url as string, () => {
          res.on('finish', () => note('finish'));
          res.on('close', () => note('close'));
          ends(() => {
            res.write('x', () => note('written'));
            res.end(() => note('ended'));
          });
        });
      });
      storage.run('outer', () => server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      client.write(get('/1'));
      while (notes.length < 4) await new Promise(setImmediate);
      client.end(get('/2'));
      while (notes.length < 8) await new Promise(setImmediate);
      server.close();
      return notes.map(String).sort();
    });
    expect(sluice).toEqual(node);
    expect(sluice).toContain('finish,/1');
  });

  it('is where it hears that there is room again', async () => {
    const [node, sluice] = await both(async (make) => {
      const notes: unknown[] = [];
      const server = make({}, (_req, res) => {
        storage.run('inner', () => {
          res.on('drain', () => {
            notes.push(storage.getStore());
            res.end();
          });
          res.write(Buffer.alloc(8_000_000));
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      client.write(get('/', 'Connection: close\r\n'));
      await once(client, 'close');
      server.close();
      return notes;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual(['inner']);
  });
});

it('a request that nobody has read tells its end, though the next one has begun', async () => {
  const [node, sluice] = await both(async (make) => {
    const closed: unknown[] = [];
    const server = make({}, (req, res) => {
      req.on('close', () => closed.push(req.url));
      res.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
    client.write(get('/1') + post('abc', '', '/2') + get('/3'));
    while (closed.length < 3) await new Promise(setImmediate);
    client.destroy();
    server.close();
    return closed.sort();
  });
  expect(sluice).toEqual(node);
});
