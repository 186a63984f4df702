// A server that has listeners for connections and none for requests, as the primary of @socket.io/sticky: who listens
// reads the socket, or sends it to another process.

import { once } from 'node:events';
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, type Make, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';
import { TextClient } from '../support/text-client.js';
import { LAST } from './node-compared.js';

async function same<Result>(run: (make: Make) => Promise<Result>): Promise<Result> {
  const [node, sluice] = await both(run);
  expect(sluice).toEqual(node);
  return sluice;
}

it('gives the bytes to a listener that reads them', async () => {
  const text = await same((make) => {
    const server = make({}).on('connection', (socket: Socket) => {
      // It reads in place of the server.
      socket.removeAllListeners('data');
      socket.on('data', (bytes) => socket.end(`read ${bytes.length}`));
    });
    return serving(server, async (port) => {
      const client = new TextClient(port);
      client.socket.write('GET /');
      await client.ended;
      return client.text;
    });
  });
  expect(text).toBe('read 5');
});

it('gives a socket that can be sent to another process', async () => {
  const given = await same((make) => {
    const server = make({});
    return serving(server, async (port) => {
      const connected = once(server, 'connection');
      const client = new TextClient(port);
      const [socket] = await connected;
      client.socket.destroy();
      return socket instanceof Socket;
    });
  });
  expect(given).toBe(true);
});

it('serves a connection that nobody reads, where somebody listens for its request', async () => {
  const text = await same((make) => {
    const server = make({});
    server.once('connection', () => server.on('request', (_req, res) => void res.end('served')));
    return serving(server, async (port) => {
      const client = new TextClient(port);
      client.socket.write(get('/', LAST));
      await client.ended;
      return client.text.slice(-6);
    });
  });
  expect(text).toBe('served');
});

it('leaves a connection alone that its listener has destroyed', async () => {
  const ended = await same((make) => {
    const server = make({}).on('connection', (socket: Socket) => void socket.destroy());
    return serving(server, (port) => new TextClient(port).ended);
  });
  expect(ended).toBe('end');
});

it('gives a socket whose bytes stay bytes: it may still be served', async () => {
  const code = await same((make) => {
    const server = make({});
    return serving(server, async (port) => {
      const connected = once(server, 'connection');
      const client = new TextClient(port);
      const [socket] = (await connected) as [Socket];
      client.socket.destroy();
      try {
        return socket.setEncoding('latin1').constructor.name;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
  });
  expect(code).toBe('ERR_HTTP_SOCKET_ENCODING');
});

describe('a fault of a client that no listener of clientError hears of', () => {
  /** What the socket of 'connection' is told, and what the client gets. */
  const fault = (text: string, prepare: (server: Server) => void = () => undefined) =>
    same(async (make) => {
      const told: unknown[] = [];
      const server = make({});
      prepare(server);
      server.on('connection', (socket: Socket) =>
        socket.on('error', ({ message: _, reason: __, ...rest }: Error & { reason?: string }) =>
          told.push(rest),
        ),
      );
      return serving(server, async (port) => {
        const client = new TextClient(port);
        client.socket.write(text);
        await client.ended;
        return { told, text: client.text };
      });
    });

  it('is told at the socket, behind the answer', async () => {
    const { told, text } = await fault('FOO /\r\n');
    expect(text).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    expect(told).toEqual([
      { code: 'HPE_INVALID_METHOD', bytesParsed: 1, rawPacket: Buffer.from('FOO /\r\n') },
    ]);
  });
});
