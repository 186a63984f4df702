// What comes on a connection, as who watches its socket sees it: as under node:http.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { serving } from '../support/node-pair.js';
import { same as sameNotes } from './node-compared.js';
import { AGREES, ASKS, same, talk, upgrading } from './node-upgrade-pair.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** More than a request holds unread, on any Node. */
const MUCH_BYTES = 300_000;

it("tells a listener of 'data' all bytes, and the server reads them all the same", async () => {
  let came = '';
  const { text, notes } = await sameNotes(
    (req, res, note) => {
      note(req.url);
      res.end('ok');
    },
    async (client) => {
      client.socket.write(GET);
      await client.until('ok');
      client.socket.write(LAST);
    },
    (server) => {
      came = '';
      server.on('connection', (socket: Socket) => {
        socket.on('data', (bytes: Buffer) => {
          came += bytes.toString('latin1');
        });
      });
    },
  );
  expect(notes).toEqual([['/'], ['/last']]);
  expect(came).toBe(GET + LAST);
  expect(text).toContain('ok');
});

it("tells a listener that a request has put there what comes behind that request's head", async () => {
  const { notes } = await sameNotes(
    (req, res, note) => {
      note(req.socket.listenerCount('data'));
      req.socket.once('data', (bytes) => {
        note(String(bytes), req.readableLength);
        req.resume().on('end', () => res.end('ok'));
      });
      res.setHeader('Connection', 'close');
      res.flushHeaders();
    },
    async (client) => {
      client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n');
      await client.until('\r\n\r\n');
      client.socket.write('abc');
    },
  );
  expect(notes).toEqual([[1], ['abc', 3]]);
});

it('tells that content is held back, and that it comes again', async () => {
  const { notes } = await sameNotes(
    async (req, res, note) => {
      const { socket } = req;
      const resumed = new Promise((resolve) => {
        socket.once('pause', () => {
          note('pause', socket.isPaused(), req.readableLength > 0);
          socket.once('resume', resolve);
          req.resume();
        });
      });
      const ended = once(req, 'end');
      await resumed;
      note('resume');
      await ended;
      note('end', socket.isPaused());
      res.setHeader('Connection', 'close').end('ok');
    },
    ({ socket }) => {
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MUCH_BYTES}\r\n\r\n`);
      socket.write('x'.repeat(MUCH_BYTES));
    },
  );
  expect(notes).toEqual([['pause', true, true], ['resume'], ['end', false]]);
});

it('keeps its listeners behind an upgrade, and does not flow for them alone', async () => {
  const told = await same(async (make) => {
    let came = '';
    const flowing: unknown[] = [];
    const server = upgrading(make, async (_req: IncomingMessage, socket) => {
      flowing.push(socket.readableFlowing);
      socket.write(AGREES);
      await once(server, 'sent');
      socket.on('end', () => socket.end('read'));
      flowing.push(socket.resume().readableFlowing);
    });
    server.on('connection', (socket: Socket) => {
      socket.on('data', (bytes) => {
        came += String(bytes);
      });
    });
    const text = await serving(server, (port) =>
      talk(port, async (client) => {
        client.socket.write(ASKS);
        await client.until('101');
        client.socket.end('behind');
        await once(client.socket, 'finish');
        server.emit('sent');
      }),
    );
    return { came, flowing, text };
  });
  expect(told.came).toBe(`${ASKS}behind`);
  expect(told.flowing).toEqual([null, true]);
});
