// What `instanceof` says of the sockets, and what lies behind their own members.

import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls, { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ask, both, serving } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';
import { ca, connectTls } from '../support/tls.js';
import { allOf, both as bothSecure, GET, local } from './node-https-pair.js';

const kindOf = ({ socket }: IncomingMessage): string =>
  `${socket instanceof Socket} ${socket instanceof TLSSocket}`;

describe('the socket of a request', () => {
  it('is a net.Socket', async () => {
    const [node, sluice] = await both((make) =>
      serving(
        make({}, (req, res) => void res.end(kindOf(req))),
        async (port) => (await ask(port)).text,
      ),
    );
    expect([sluice, node]).toEqual(['true false', 'true false']);
  });

  it('is a tls.TLSSocket, with all members of one', async () => {
    const seen: string[] = [];
    const [node, sluice] = await bothSecure((make) =>
      serving(
        make(local, (req, res) => {
          const { encrypted, authorized, remoteAddress } = req.socket as TLSSocket;
          const cipher = (req.socket as TLSSocket).getCipher().name;
          seen.push([kindOf(req), encrypted, authorized, remoteAddress, cipher].join());
          res.end();
        }),
        async (port) => {
          const client = await connectTls(port);
          client.write(GET);
          await allOf(client);
        },
      ),
    );
    expect(sluice).toEqual(node);
    expect(seen[1]).toBe(seen[0]);
    expect(seen[1]).toMatch(/^true true,true,/);
  });

  it('can be asked for everything that a net.Socket has, and throws only where it is called', async () => {
    const [, sluice] = await both((make) =>
      serving(
        make({}, (req, res) => {
          const socket = req.socket as unknown as Record<PropertyKey, unknown>;
          const asked: PropertyKey[] = [];
          let from: object = Socket.prototype;
          for (; from !== Object.prototype; from = Object.getPrototypeOf(from) as object)
            for (const name of Reflect.ownKeys(from))
              if (typeof socket[name] !== 'function') asked.push(name);
          res.end(String(asked.includes('readableFlowing')));
        }),
        async (port) => (await ask(port)).text,
      ),
    );
    expect(sluice).toBe('true');
  });
});

/** Node's TLS waits for the handle of a net.Socket that has none. */
it('a tunnel carries TLS, which its listener ends', async () => {
  const [node, sluice] = await both(async (make) => {
    const inner = tls.createServer(local, (socket) => void socket.end('within'));
    const server = make({}).on('connect', (_req, socket: Duplex) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n', () => inner.emit('connection', socket));
    });
    return serving(server, async (port) => {
      const client = new TextClient(port);
      client.socket.write('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
      await client.until('\r\n\r\n');
      client.socket.removeAllListeners('data');
      return allOf(tls.connect({ socket: client.socket, ca, servername: 'localhost' }));
    });
  });
  expect([sluice, node]).toEqual(['within', 'within']);
});

it('an upgraded socket has what was put at the first one under a symbol', async () => {
  const mark = Symbol('mark');
  const [node, sluice] = await both((make) => {
    const server = make({}).on('connection', (socket) => Object.assign(socket, { [mark]: 'a' }));
    server.on('upgrade', (_req, socket: Duplex & { [mark]?: string }) => {
      const { [mark]: before } = socket;
      socket[mark] = 'b';
      socket.end(`${before}${socket[mark]}`);
    });
    return serving(server, async (port) => {
      const client = new TextClient(port);
      client.socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      await client.ended;
      return client.text;
    });
  });
  expect([sluice, node]).toEqual(['ab', 'ab']);
});
