// Who hears of the errors of a connection, and what the error of a response says.

import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { both, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';

type Listener = (req: http.IncomingMessage, res: http.ServerResponse) => void;

const mine = (): Error => new Error('mine');

/** In order: what the server and the socket hear. */
async function toldOf(
  listener: Listener,
  request = get('/'),
  answer: (error: Error, socket: net.Socket) => void = (error, socket) => socket.destroy(error),
): Promise<unknown[]> {
  const [node, sluice] = await both(async (make) => {
    const told: unknown[] = [];
    const server = make({}, (req, res) => {
      res.on('error', () => undefined);
      req.on('error', () => undefined);
      listener(req, res);
    });
    server.on('connection', (socket: net.Socket) =>
      socket.on('error', ({ message }) => told.push(['socket', message])),
    );
    server.on('clientError', (error: Error & { code?: string }, socket: net.Socket) => {
      told.push(['server', error.code ?? error.message, socket.writable]);
      answer(error, socket);
    });
    return serving(server, async (port) => {
      const closed = once(server, 'connection').then(
        ([socket]) => new Promise((resolve) => socket.once('close', resolve)),
      );
      const client = net.connect(port, '127.0.0.1').resume();
      client.on('error', () => undefined);
      client.write(request);
      await closed;
      await new Promise(setImmediate);
      return told;
    });
  });
  expect(sluice).toEqual(node);
  return sluice;
}

describe('an error with which the application destroys', () => {
  const ways: Record<string, Listener> = {
    'the response': (_req, res) => void res.destroy(mine()),
    'the request': (req) => void req.destroy(mine()),
    'the socket': (req) => void req.socket.destroy(mine()),
    'the socket, twice': (req) => void req.socket.destroy(mine()).destroy(mine()),
  };
  for (const [what, listener] of Object.entries(ways)) {
    it(`${what} is told to the server, and then to the socket`, async () => {
      expect(await toldOf(listener)).toEqual([
        ['server', 'mine', false],
        ['socket', 'mine'],
      ]);
    });
  }

  it('the socket of a fault is not told to the server once more', async () => {
    const told = await toldOf(
      () => undefined,
      '@@\r\n\r\n',
      (_error, socket) => socket.destroy(mine()),
    );
    expect(told).toEqual([
      ['server', 'HPE_INVALID_METHOD', true],
      ['socket', 'mine'],
    ]);
  });
});

describe('the error of a response whose end is not known says what is wrong', () => {
  const heads: Record<string, [http.OutgoingHttpHeaders | string[], string]> = {
    'two lengths': [['Content-Length', '3', 'Content-Length', '3'], 'two lines of Content-Length'],
    'no length': [{ 'Content-Length': 'NaN' }, 'a Content-Length that is no length: "NaN"'],
    'another coding': [
      { 'Transfer-Encoding': 'identity' },
      'a Transfer-Encoding that doesn\'t end in chunked: "identity"',
    ],
    'two codings': [
      ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
      'two lines of Transfer-Encoding',
    ],
    'a length and a coding': [
      ['Content-Length', '3', 'Transfer-Encoding', 'chunked'],
      'a Content-Length beside its Transfer-Encoding',
    ],
  };
  for (const [what, [head, words]] of Object.entries(heads)) {
    it(what, async () => {
      const told: unknown[] = [];
      const onError = (error: unknown) => void told.push((error as Error).message);
      const server = createServer({ sluice: { onError } }, (_req, res) => {
        res.writeHead(200, head as http.OutgoingHttpHeaders).end('abc');
      });
      await serving(server, async (port) => {
        const client = net.connect(port, '127.0.0.1').resume();
        client.on('error', () => undefined);
        client.write(get('/'));
        await new Promise((resolve) => client.once('close', resolve));
      });
      expect(told).toEqual([`the response has ${words}`]);
    });
  }
});
