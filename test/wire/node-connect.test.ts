// CONNECT over `sluice/node`, and sockets that nobody reads: as under node:http.

import { describe, expect, it } from 'vitest';
import { both, serving } from '../support/node-pair.js';
import { AGREES, ASKS, same, talk, upgrading } from './node-upgrade-pair.js';

const CONNECTS = 'CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n';

describe('CONNECT', () => {
  it('gives the listener a socket, and the bytes behind the request', async () => {
    const established = 'HTTP/1.1 200 Connection Established\r\n\r\n';
    const text = await same((make) =>
      serving(
        upgrading(
          make,
          (req, socket, head) => {
            socket.write(`${established}${req.method} ${req.url} `);
            socket.write(head);
            socket.pipe(socket);
          },
          'connect',
        ),
        (port) =>
          talk(port, async (client) => {
            client.socket.write(`${CONNECTS}abc`);
            await client.until('abc');
            client.socket.end();
          }),
      ),
    );
    expect(text).toBe(`${established}CONNECT b.example:443 abc`);
  });

  it('is refused where nobody listens, before a listener of requests sees it', async () => {
    const [node, sluice] = await both((make) =>
      serving(
        make({}, (_req, res) => void res.end('a request')),
        (port) => talk(port, async ({ socket }) => void socket.write(CONNECTS)),
      ),
    );
    expect(node).toBe('');
    // The client is told why.
    expect(sluice).toBe(
      'HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
  });
});

describe('the socket of a CONNECT', () => {
  it('has no listeners but its own', async () => {
    const counts = await same(async (make) => {
      let counted: number[] = [];
      const server = upgrading(
        make,
        (_req, socket) => {
          const names = ['close', 'data', 'drain', 'end', 'error', 'finish', 'timeout'];
          counted = names.map((name) => socket.listenerCount(name));
          socket.end();
        },
        'connect',
      );
      await serving(server, (port) => talk(port, async (c) => void c.socket.write(CONNECTS)));
      return counted;
    });
    expect(counts).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });

  it('ends with its client where it may not stay half open: what is written later fails', async () => {
    const told = await same(async (make) => {
      const notes: unknown[] = [];
      const note = (name: string) => (error: NodeJS.ErrnoException | null | undefined) =>
        void notes.push([name, error?.code]);
      const server = upgrading(
        make,
        (_req, socket) => {
          socket.allowHalfOpen = false;
          socket.on('error', note('error')).resume();
          socket.write('begun');
          socket.on('end', () => {
            socket.write('as it ends', note('first'));
            setImmediate(() => socket.write('later', note('second')));
          });
        },
        'connect',
      );
      const text = await serving(server, (port) =>
        talk(port, async (client) => {
          client.socket.write(CONNECTS);
          await client.until('begun');
          client.socket.end();
        }),
      );
      return { text, notes };
    });
    expect(told.notes).toContainEqual(['second', 'EPIPE']);
  });
});

describe('a socket that nobody reads', () => {
  it('tells that its peer has ended', async () => {
    const text = await same(async (make) => {
      const server = upgrading(make, (_req, socket) => {
        socket.on('end', () => socket.end('seen'));
        socket.write(AGREES);
      });
      return serving(server, (port) =>
        talk(port, async (client) => {
          client.socket.write(ASKS);
          await client.until('101');
          client.socket.end();
        }),
      );
    });
    expect(text).toBe(`${AGREES}seen`);
  });
});
