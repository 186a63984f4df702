// How long `sluice/node` keeps a connection that asks for nothing: by the times that node:http has for it.

import { once } from 'node:events';
import http, { type RequestListener, type Server } from 'node:http';
import net, { type Socket } from 'node:net';
import v8 from 'node:v8';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { both, serving } from '../support/node-pair.js';

const answer: RequestListener = (_req, res) => void res.end('ok');
const get = (fields = ''): string => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** A client that keeps all that comes. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  came = '';

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', (piece) => {
      this.came += piece;
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  /** Asks, and waits for the whole answer. */
  async ask(fields?: string): Promise<string> {
    const answered = once(this.socket, 'data');
    this.socket.write(get(fields));
    return String((await answered)[0]);
  }
}

/** Node looks for late clients as often as this says; sluice needs no such interval. */
const OPTIONS = { headersTimeout: 100, requestTimeout: 5000, connectionsCheckingInterval: 20 };

describe('a connection that sends nothing', () => {
  const ways: Record<string, (server: Server) => void> = {
    'without a time for idle connections': () => undefined,
    'whose server got none while it listens': (server) => {
      server.keepAliveTimeout = 5000;
      server.keepAliveTimeout = 0;
    },
    'whose server keeps idle connections for longer': (server) => {
      server.keepAliveTimeout = 200_000;
    },
  };
  for (const [name, prepare] of Object.entries(ways)) {
    it(`${name} ends after headersTimeout, and one that has asked stays`, async () => {
      const seen = await both((make) => {
        const server = make({ ...OPTIONS, keepAliveTimeout: 0 }, answer);
        return serving(server, async (port) => {
          prepare(server);
          const asking = new Client(port);
          await asking.ask();
          const silent = new Client(port);
          await silent.closed;
          // It has been idle for longer than the one that was ended.
          return (await asking.ask()).includes('200 OK');
        });
      });
      expect(seen).toEqual([true, true]);
    });
  }

  for (const start of ['', 'GET / HTTP/1.1\r\nHo']) {
    it(`${start === '' ? 'hears' : 'and one that stops within a head hear'} 408, and clientError tells it`, async () => {
      const [node, sluice] = await both((make) => {
        const log: unknown[] = [];
        const server = make({ ...OPTIONS, keepAliveTimeout: 0 }, answer);
        return serving(server, async (port) => {
          const first = new Client(port);
          first.socket.write(start);
          await first.closed;
          server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
            log.push(error.code, error.message);
            socket.end('HTTP/1.1 408 My Own\r\n\r\n');
          });
          const second = new Client(port);
          second.socket.write(start);
          await second.closed;
          return [first.came, second.came, log];
        });
      });
      expect(sluice).toEqual(node);
      expect(sluice).toContain('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    });
  }

  it('ends after keepAliveMs where sluice has a limit of its own', async () => {
    const options = { headersTimeout: 0, sluice: { limits: { keepAliveMs: 100 } } };
    await serving(createServer(options, answer), async (port) => {
      await new Client(port).closed;
    });
  });

  it('ends after requestTimeout where headersTimeout is none', async () => {
    const options = { headersTimeout: 0, requestTimeout: 100, keepAliveTimeout: 0 };
    await serving(createServer(options, answer), async (port) => {
      await new Client(port).closed;
    });
  });
});

describe('a connection that has asked', () => {
  it('keeps none of its messages alive while it is idle', async () => {
    class Request extends http.IncomingMessage {}
    class Response<R extends http.IncomingMessage> extends http.ServerResponse<R> {}
    // The types of Node 20 leave it out. It collects what is garbage.
    const { queryObjects } = v8 as unknown as { queryObjects(made: unknown): number };
    const options = { IncomingMessage: Request, ServerResponse: Response };
    await serving(createServer(options as object, answer), async (port) => {
      const clients = [new Client(port), new Client(port)];
      for (const client of clients) {
        await client.ask();
        // Three at once, and the last of them.
        await client.ask(`\r\n${get()}GET / HTTP/1.1\r\nHost: a\r\n`);
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect([queryObjects(Request), queryObjects(Response)]).toEqual([0, 0]);
    });
  });

  it('ends after keepAliveTimeout, told of it or not', async () => {
    const seen = await both((make) => {
      const server = make(
        { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 50, keepAliveTimeoutBuffer: 10 },
        (_req, res) => {
          res.removeHeader('connection');
          res.end('ok');
        },
      );
      return serving(server, async (port) => {
        const client = new Client(port);
        const said = await client.ask();
        await client.closed;
        return said.includes('Keep-Alive');
      });
    });
    expect(seen).toEqual([false, false]);
  });

  it("and was refused by sluice is told the time of node:http's options", async () => {
    const options = { keepAliveTimeout: 7000, sluice: { concurrency: 1, queue: { waitMs: 1 } } };
    const server = createServer(options, () => undefined);
    await serving(server, async (port) => {
      new Client(port).socket.write(get());
      const refused = new Client(port);
      const said = await refused.ask('Connection: keep-alive\r\n');
      expect(said).toMatch(/ 503 .*\r\nKeep-Alive: timeout=7\r\n/s);
      server.keepAliveTimeout = 0;
      expect(await refused.ask('Connection: keep-alive\r\n')).not.toContain('Keep-Alive:');
    });
  });
});
