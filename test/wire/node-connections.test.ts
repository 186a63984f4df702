// What a server of `sluice/node` does with connections: those that are handed to it, and those that are too many.

import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Duplex, type Readable } from 'node:stream';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { both, serving } from '../support/node-pair.js';
import { connectTls, pair } from '../support/tls.js';

const answer: RequestListener = (_req, res) => void res.end('ok');
const get = (fields = ''): string => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const CLOSE = 'Connection: close\r\n';

/** All that comes until the stream closes. */
async function allOf(stream: Readable & { end(): unknown }): Promise<string> {
  let came = '';
  stream.setEncoding('latin1').on('data', (piece) => {
    came += piece;
  });
  stream.on('error', () => undefined).on('end', () => stream.end());
  await once(stream, 'close');
  return came.replaceAll(/Date: .*\r\n/g, '');
}

/** What is written to one is read from the other. */
function duplexPair(): [Duplex, Duplex] {
  class End extends Duplex {
    other: End | undefined;
    #goOn: (() => void) | undefined;
    #isOver = false;

    override _read(): void {
      const goOn = this.#goOn;
      this.#goOn = undefined;
      goOn?.();
    }

    override _write(chunk: Uint8Array, _encoding: string, callback: () => void): void {
      if (this.other === undefined || this.other.receive(chunk)) callback();
      else this.other.#goOn = callback;
    }

    override _final(callback: () => void): void {
      this.other?.hangUp();
      callback();
    }

    override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
      this.other?.hangUp();
      callback(error);
    }

    receive(chunk: Uint8Array): boolean {
      return chunk.length === 0 || this.push(chunk);
    }

    hangUp(): void {
      if (this.#isOver) return;
      this.#isOver = true;
      this.push(null);
    }
  }
  const near = new End();
  const far = new End();
  near.other = far;
  far.other = near;
  return [near, far];
}

/** A server in front of `server`, which hands it every socket. */
async function behind(
  front: net.Server,
  use: (port: number) => Promise<unknown>,
): Promise<unknown> {
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  try {
    return await use((front.address() as AddressInfo).port);
  } finally {
    front.close();
  }
}

async function told(port: number, text: string): Promise<string> {
  const client = net.connect(port, '127.0.0.1');
  client.write(text);
  return allOf(client);
}

describe("server.emit('connection', stream)", () => {
  const echo: RequestListener = (req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    req.on('end', () => res.end(`${req.method} ${text}`));
  };
  const post = `POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}Content-Length: 5\r\n\r\nhello`;

  it('serves a Duplex, kept alive and with content', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({ keepAliveTimeout: 0 }, echo);
      const [near, far] = duplexPair();
      server.emit('connection', near);
      far.write(get() + get() + post);
      return allOf(far);
    });
    expect(sluice).toEqual(node);
    expect(sluice).toContain('POST hello');
  });

  it('serves a long answer to a Duplex that is read slowly', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({}, (_req, res) => {
        res.write('x'.repeat(300_000));
        res.end('y'.repeat(300_000));
      });
      const [near, far] = duplexPair();
      server.emit('connection', near);
      far.write(get(CLOSE));
      return (await allOf(far)).length;
    });
    expect(sluice).toEqual(node);
  });

  it('tells a fault of a Duplex at the Duplex itself, where no listener of clientError hears of it', async () => {
    const [node, sluice] = await both(async (make) => {
      const [near, far] = duplexPair();
      const faulted = once(near, 'error');
      make({}, answer).emit('connection', near);
      const came = allOf(far);
      far.write('B@D\r\n\r\n');
      const [{ code }] = (await faulted) as [NodeJS.ErrnoException];
      return [code, await came];
    });
    expect(sluice).toEqual(node);
  });

  it('answers faults of a Duplex, and ends one whose client has left', async () => {
    const [node, sluice] = await both(async (make) => {
      const log: string[] = [];
      const server = make({}, (req) => {
        req.on('close', () => log.push('closed'));
        far2.destroy();
      });
      const [near, far] = duplexPair();
      server.emit('connection', near);
      far.write('B@D\r\n\r\n');
      const came = await allOf(far);
      const [near2, far2] = duplexPair();
      server.emit('connection', near2);
      near2.on('error', () => undefined);
      far2.write(get());
      await once(near2, 'close');
      await new Promise((resolve) => setImmediate(resolve));
      return [came, log];
    });
    expect(sluice).toEqual(node);
  });

  it('serves a socket that was accepted elsewhere, paused or not', async () => {
    for (const pauseOnConnect of [false, true]) {
      const [node, sluice] = await both(async (make) => {
        const seen: unknown[] = [];
        const server = make({}, (req, res) => {
          const { customer, remotePort } = req.socket as Socket & { customer?: string };
          seen.push([customer, remotePort !== undefined]);
          res.end('ok');
        });
        const front = net.createServer({ pauseOnConnect }, (socket) => {
          Object.assign(socket, { customer: 'a' });
          server.emit('connection', socket);
          socket.resume();
        });
        return [await behind(front, (port) => told(port, get() + get(CLOSE))), seen];
      });
      expect(sluice).toEqual(node);
    }
  });

  it('serves a socket behind a server that ends TLS', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({}, (req, res) => {
        const socket = req.socket as tls.TLSSocket;
        res.end(`${socket.encrypted} ${socket.getProtocol()}`);
      });
      const front = tls.createServer(pair('local'), (socket) => server.emit('connection', socket));
      return behind(front, async (port) => {
        const client = await connectTls(port);
        client.write(get(CLOSE));
        return allOf(client);
      });
    });
    expect(sluice).toEqual(node);
    expect(sluice).toContain('true TLSv1.3');
  });

  it('tells the other listeners once, and does not serve what they are told of twice', async () => {
    const [node, sluice] = await both(async (make) => {
      let connections = 0;
      const server = make({}, answer);
      server.on('connection', () => connections++);
      await serving(server, (port) => told(port, get(CLOSE)));
      const [near, far] = duplexPair();
      server.emit('connection', near);
      far.write(get(CLOSE));
      await allOf(far);
      return connections;
    });
    expect([node, sluice]).toEqual([2, 2]);
  });

  it('refuses what is no stream of bytes, by its name', () => {
    const server = createServer(answer);
    for (const wrong of [undefined, 5, {}, new Duplex({ objectMode: true })])
      expect(() => server.emit('connection', wrong as Socket)).toThrow(
        'the stream of a connection',
      );
  });
});

describe('a server that has too much of something', () => {
  /** Sends so many requests at a time, and then one more. */
  async function played(server: Server, text: string): Promise<unknown> {
    const drops: unknown[] = [];
    server.on('dropRequest', (req, socket: Socket) => {
      drops.push([req.method, socket === req.socket]);
    });
    const came = await serving(server, (port) => told(port, text));
    return [came, drops];
  }

  it('refuses requests beyond maxRequestsPerSocket, and tells dropRequest', async () => {
    const [node, sluice] = await both((make) => {
      const server = make({ keepAliveTimeout: 1000 }, answer);
      server.maxRequestsPerSocket = 2;
      return played(server, get() + get() + get(CLOSE));
    });
    expect(sluice).toEqual(node);
    expect(sluice).toMatchObject([/503/, [['GET', true]]]);
  });

  it('says with the last of maxRequestsPerSocket that it is the last', async () => {
    const [node, sluice] = await both((make) => {
      const server = make({ keepAliveTimeout: 20, keepAliveTimeoutBuffer: 10 }, answer);
      server.maxRequestsPerSocket = 2;
      return played(server, get() + get());
    });
    expect(sluice).toEqual(node);
  });

  it('closes connections beyond maxConnections, and tells drop', async () => {
    const [node, sluice] = await both(async (make) => {
      const drops: Record<string, unknown>[] = [];
      const held: unknown[] = [];
      const server = make({}, (_req, res) => {
        held.push(res);
        server.emit('held');
      });
      server.maxConnections = 1;
      server.on('drop', (drop) => drops.push(drop as never));
      return serving(server, async (port) => {
        const first = net.connect(port, '127.0.0.1').on('error', () => undefined);
        first.write(get());
        await once(server, 'held');
        const second = net.connect(port, '127.0.0.1').on('error', () => undefined);
        const { localPort } = await once(second, 'connect').then(() => second);
        second.resume();
        await once(second, 'close');
        const [drop] = drops;
        return {
          ...drop,
          remotePort: drop?.remotePort === localPort,
          localPort: drop?.localPort === port,
        };
      });
    });
    expect(sluice).toEqual(node);
    expect(sluice).toMatchObject({ remotePort: true, localPort: true });
  });
});
