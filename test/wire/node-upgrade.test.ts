// Upgrades over `sluice/node`: what a client and a listener see is what they see under node:http.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, serving } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';
import { AGREES, ASKS, type Listener, same, talk, upgrading } from './node-upgrade-pair.js';

/** What an application puts at a socket. */
interface Marked {
  user: string;
  readonly since: number;
}

const echo: Listener = (_req, socket, head) => {
  socket.write(AGREES);
  if (head.length > 0) socket.write(head);
  socket.pipe(socket);
};

describe('an upgrade', () => {
  it('has at its socket what the application has put there', async () => {
    const seen = await same(async (make) => {
      const told: unknown[] = [];
      const server = upgrading(make, (req, socket) => {
        const { user, since } = socket as unknown as Marked;
        told.push(user, since, (req.socket as unknown as Marked).user);
        (socket as unknown as Marked).user = 'b';
        told.push((socket as unknown as Marked).user);
        socket.end(AGREES);
      });
      server.on('connection', (socket) => Object.assign(socket, { user: 'a', since: 7 }));
      await serving(server, (port) => talk(port, async ({ socket }) => socket.write(ASKS)));
      return told;
    });
    expect(seen).toEqual(['a', 7, 'a', 'b']);
  });

  it('has at its socket what the stream has that was opened elsewhere', async () => {
    const seen = await same(async (make) => {
      const told: unknown[] = [];
      const server = upgrading(make, (_req, socket) => {
        told.push((socket as unknown as Marked).user);
        socket.end(AGREES);
      });
      const front = createServer((socket) => {
        server.emit('connection', Object.assign(socket, { user: 'a' }));
      });
      front.listen(0, '127.0.0.1');
      await once(front, 'listening');
      const { port } = front.address() as AddressInfo;
      await talk(port, async ({ socket }) => socket.write(ASKS));
      front.close();
      return told;
    });
    expect(seen).toEqual(['a']);
  });

  it('gives the listener a socket, and the bytes behind the request', async () => {
    const text = await same((make) =>
      serving(upgrading(make, echo), (port) =>
        talk(port, async (client) => {
          client.socket.write(`${ASKS}early `);
          await client.until('early ');
          client.socket.write('later');
          await client.until('later');
          client.socket.end();
        }),
      ),
    );
    expect(text).toBe(`${AGREES}early later`);
  });

  it('tells the listener of request and socket what node:http does', async () => {
    const facts = await same((make) => {
      let told: unknown;
      const listener: Listener = (req, socket, head) => {
        const { remoteAddress, remoteFamily, readyState } = socket as Socket;
        const { method, url, headers, httpVersion, complete } = req;
        const isSame = req.socket === socket;
        told = {
          method,
          url,
          headers,
          httpVersion,
          upgrade: (req as unknown as { upgrade: boolean }).upgrade,
          complete,
          isSame,
          head: head.length,
        };
        Object.assign(told as object, { remoteAddress, remoteFamily, readyState });
        socket.end(AGREES);
      };
      return serving(upgrading(make, listener), async (port) => {
        const text = await talk(port, async ({ socket }) => void socket.write(ASKS));
        return { text, told };
      });
    });
    expect(facts.text).toBe(AGREES);
    expect(facts.told).toMatchObject({ upgrade: true, isSame: true, readyState: 'open' });
  });

  it('comes after the responses to the requests before it', async () => {
    const text = await same((make) =>
      serving(upgrading(make, echo), (port) =>
        talk(port, async (client) => {
          client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
          await client.until('a request');
          client.socket.write(`${ASKS}x`);
          await client.until('\r\n\r\nx');
          client.socket.end();
        }).then((all) => all.slice(all.indexOf('HTTP/1.1 101'))),
      ),
    );
    expect(text).toBe(`${AGREES}x`);
  });

  it('is a request where nobody listens', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
    const answer = await same((make) =>
      serving(
        make({}, (_req, res) => void res.end('a request')),
        async (port) => {
          const { status, text } = await ask(port, { headers });
          return { status, text };
        },
      ),
    );
    expect(answer).toEqual({ status: 200, text: 'a request' });
  });

  it('can be refused', async () => {
    const text = await same((make) =>
      serving(
        upgrading(make, (_req, socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\nno')),
        (port) => talk(port, async ({ socket }) => void socket.write(ASKS)),
      ),
    );
    expect(text).toBe('HTTP/1.1 403 Forbidden\r\n\r\nno');
  });

  it('can be refused by one who destroys the socket when all was written', async () => {
    const text = await same((make) =>
      serving(
        upgrading(make, (_req, socket) => {
          socket.once('finish', () => socket.destroy());
          socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
        }),
        (port) => talk(port, async ({ socket }) => void socket.write(ASKS)),
      ),
    );
    expect(text).toBe('HTTP/1.1 401 Unauthorized\r\n\r\n');
  });

  it('carries a lot both ways, at the pace of the slower', async () => {
    const bytes = 3_000_000;
    const found = await same((make) =>
      serving(upgrading(make, echo), async (port) => {
        let count = 0;
        const socket = connect(port, '127.0.0.1');
        socket.write(ASKS);
        socket.on('data', (piece) => {
          count += piece.length;
        });
        for (let i = 0; i < bytes; i += 100_000) socket.write(Buffer.alloc(100_000, 'x'));
        socket.end();
        await once(socket, 'end');
        return count;
      }),
    );
    expect(found).toBe(bytes + AGREES.length);
  });

  it('lets a listener wait with its answer, and reads no further than it reads', async () => {
    const text = await same((make) =>
      serving(
        upgrading(make, (req, socket, head) => setImmediate(() => echo(req, socket, head))),
        (port) =>
          talk(port, async (client) => {
            client.socket.write(`${ASKS}abc`);
            client.socket.end();
          }),
      ),
    );
    expect(text).toBe(`${AGREES}abc`);
  });

  it('ends one way, and the other goes on', async () => {
    const text = await same((make) =>
      serving(
        upgrading(make, (_req, socket) => {
          socket.write(AGREES);
          let got = '';
          socket.on('data', (bytes) => {
            got += bytes;
          });
          socket.on('end', () => setImmediate(() => socket.end(`got ${got}`)));
        }),
        (port) =>
          talk(port, async (client) => {
            await once(client.socket, 'connect');
            client.socket.write(ASKS);
            await client.until(AGREES);
            client.socket.end('all of it');
          }),
      ),
    );
    expect(text).toBe(`${AGREES}got all of it`);
  });

  it("tells 'timeout' where its socket was asked to", async () => {
    const text = await same((make) =>
      serving(
        upgrading(make, (_req, socket) => {
          socket.write(AGREES);
          (socket as Socket).setTimeout(20, () => socket.end('idle'));
        }),
        (port) => talk(port, async ({ socket }) => void socket.write(ASKS)),
      ),
    );
    expect(text).toBe(`${AGREES}idle`);
  });

  it('gives the client what was written, where its socket is destroyed with an error', async () => {
    const seen = await same(async (make) => {
      const told: unknown[] = [];
      const server = upgrading(make, (_req, socket) => {
        socket.on('error', ({ message }) => told.push(message));
        socket.on('close', (hadError: unknown) => told.push(hadError));
        socket.write(AGREES);
        socket.destroy(new Error('enough'));
      });
      return serving(server, async (port) => {
        const client = new TextClient(port);
        client.socket.write(ASKS);
        return [client.text, await client.ended, client.text, told];
      });
    });
    expect(seen).toEqual(['', 'end', AGREES, ['enough', true]]);
  });

  it('counts the bytes that it has read', async () => {
    const seen = await same(async (make) => {
      let read = 0;
      const server = upgrading(make, (_req, socket, head) => {
        socket.write(AGREES);
        let left = 7 - head.length;
        socket.on('data', (bytes) => {
          left -= bytes.length;
          if (left > 0) return;
          read = (socket as Socket).bytesRead;
          socket.end();
        });
      });
      return serving(server, async (port) => {
        await talk(port, async (client) => {
          client.socket.write(`${ASKS}abc`);
          await client.until(AGREES);
          client.socket.write('defg');
        });
        return read;
      });
    });
    expect(seen).toBe(ASKS.length + 7);
  });

  it('is not ended by closeAllConnections, as node:http says', async () => {
    const text = await same(async (make) => {
      const server = upgrading(make, echo);
      return serving(server, (port) =>
        talk(port, async (client) => {
          client.socket.write(ASKS);
          await client.until(AGREES);
          server.closeAllConnections();
          client.socket.write('still here');
          await client.until('still here');
          client.socket.end();
        }),
      );
    });
    expect(text).toBe(`${AGREES}still here`);
  });

  it('tells the events of its socket as node:http does', async () => {
    for (const ending of ['client ends', 'client resets', 'server ends', 'server destroys']) {
      const events = await same(async (make) => {
        const seen: string[] = [];
        let closed: (_: unknown) => void = () => undefined;
        const over = new Promise((resolve) => {
          closed = resolve;
        });
        const server = upgrading(make, (req, socket) => {
          for (const name of ['end', 'finish', 'error'])
            socket.on(name, (error) => seen.push(`${name} ${error?.code}`));
          for (const name of ['aborted', 'error']) req.on(name, () => seen.push(`req ${name}`));
          socket.on('close', () => {
            seen.push('close');
            closed(undefined);
          });
          socket.resume();
          socket.write(AGREES);
          if (ending === 'server ends') socket.end();
          if (ending === 'server destroys') socket.destroy();
          if (ending === 'client ends') socket.on('end', () => socket.end());
        });
        await serving(server, async (port) => {
          const client = new TextClient(port);
          client.socket.write(ASKS);
          await client.until(AGREES);
          if (ending === 'client ends') client.socket.end();
          if (ending === 'client resets') client.socket.resetAndDestroy();
          await over;
          client.socket.destroy();
        });
        return seen;
      });
      expect(events, ending).toContain('close');
    }
  });
});
