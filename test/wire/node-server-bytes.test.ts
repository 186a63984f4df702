// The server of `sluice/node`, as its bytes show it: beside node:http itself wherever both should agree.

import type { RequestListener, Server } from 'node:http';
import net, { type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, type Make, serving } from '../support/node-pair.js';
import { answer, CLOSE, exchangeRaw, get } from './node-server-scene.js';

const post = (fields: string, content = ''): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n${content}`;

const sums: RequestListener = (req, res) => {
  // For HTTP/1.0, both throw at this field.
  if (req.httpVersion === '1.1') res.setHeader('Trailer', 'X-Sum');
  res.write('a');
  res.addTrailers({ 'X-Sum': '1' });
  res.end();
};

/** Refused alike, in the same words. */
const REFUSED = [
  'B@D / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
  get('Content-Length: 1\r\nContent-Length: 2\r\n'),
  get('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
  get('Transfer-Encoding: chunked, chunked-x\r\n'),
];

function toldOf(error: Error): string {
  const { code, bytesParsed, rawPacket } = error as Error & Record<string, unknown>;
  return `${error.message} ${code} ${bytesParsed} ${rawPacket}`;
}

interface Scene {
  readonly options?: object;
  readonly listener?: RequestListener;
  readonly prepare?: (server: Server, log: string[]) => void;
  readonly text: string;
}

/** All that the client gets, and what listeners have noted. */
async function play(make: Make, { options = {}, listener = answer, prepare, text }: Scene) {
  const log: string[] = [];
  const server = make(options, listener);
  prepare?.(server, log);
  const came = await serving(server, (port) => exchangeRaw(port, text));
  return { came, log };
}

describe('what a client gets is what node:http sends', () => {
  const scenes: Record<string, Scene> = {
    'for HTTP/1.0': { text: get('', '1.0') },
    'for HTTP/1.0 in pieces': {
      text: get('', '1.0'),
      listener: (_req, res) => {
        res.write('a');
        setImmediate(() => res.end('b'));
      },
    },
    'for HTTP/1.0 with keep-alive': {
      text: get('Connection: keep-alive\r\n', '1.0') + get('', '1.0'),
    },
    // As node:http does, whether the client said that it takes them or not. HTTP/1.0 has no coding for them.
    ...Object.fromEntries(
      [
        ['with trailers', get(CLOSE)],
        ['with trailers that were asked for', get(`TE: trailers\r\n${CLOSE}`)],
        ['with trailers, for HTTP/1.0', get('TE: trailers\r\n', '1.0')],
      ].map(([name, text]) => [name, { text, listener: sums }]),
    ),
    'for pipelined requests': { text: get() + get() + get(CLOSE) },
    'for 100-continue': {
      text: post(`Expect: 100-continue\r\nContent-Length: 2\r\n${CLOSE}`, 'ab'),
      listener: (req, res) => void req.resume().on('end', () => res.end('ok')),
    },
    'where checkContinue refuses': {
      text: post(`Expect: 100-continue\r\nContent-Length: 2\r\n${CLOSE}`),
      prepare: (server) => {
        server.on('checkContinue', (_req, res) => res.writeHead(417).end('no'));
      },
    },
    'for an expectation that nobody knows': {
      text: post(`Expect: a-miracle\r\nContent-Length: 0\r\n${CLOSE}`),
    },
    'where checkExpectation answers': {
      text: post(`Expect: a-miracle\r\nContent-Length: 0\r\n${CLOSE}`),
      prepare: (server) => {
        server.on('checkExpectation', (_req, res) => res.end('here it is'));
      },
    },
    'with informational responses': {
      text: get(CLOSE),
      listener: (_req, res) => {
        res.writeEarlyHints({ link: '</a.css>; rel=preload' });
        res.writeProcessing();
        res.end('ok');
      },
    },
    'without Host, where none is required': {
      options: { requireHostHeader: false },
      text: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    },
    'by the socket, past the response': {
      text: get(),
      listener: (_req, res) => void res.socket?.end('HTTP/1.1 200 OK\r\n\r\nraw'),
    },
    'of a response that is destroyed': { text: get(), listener: (_req, res) => void res.destroy() },
    'of a request that is destroyed': { text: get(), listener: (req) => void req.destroy() },
    'after a time-out of the server': {
      text: get(),
      listener: () => undefined,
      prepare: (server) => void server.setTimeout(20),
    },
    'after a time-out of the request': {
      text: post(`Content-Length: 5\r\n${CLOSE}`),
      listener: (req, res) => void req.setTimeout(20, () => res.end('late')),
    },
    'after a time-out of the response': {
      text: get(CLOSE),
      listener: (_req, res) => void res.setTimeout(20, () => res.end('late')),
    },
    'of joined duplicates': {
      options: { joinDuplicateHeaders: true },
      text: get(`Age: 1\r\nAge: 2\r\n${CLOSE}`),
      listener: (req, res) => void res.end(JSON.stringify(req.headers)),
    },
    'of unique headers': {
      options: { uniqueHeaders: ['x-list'] },
      text: get(CLOSE),
      listener: (_req, res) => void res.setHeader('x-list', ['a', 'b']).end(),
    },
    'of raw headers': {
      text: get(`X-a: 1\r\nx-A: 2\r\n${CLOSE}`),
      listener: (req, res) => void res.end(JSON.stringify([req.rawHeaders, req.headersDistinct])),
    },
    'of trailers': {
      text: post(`Transfer-Encoding: chunked\r\n${CLOSE}`, '2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n'),
      listener: (req, res) =>
        void req.resume().on('end', () => res.end(JSON.stringify([req.trailers, req.rawTrailers]))),
    },
    ...Object.fromEntries(REFUSED.map((text) => [`for ${JSON.stringify(text)}`, { text }])),
    'as the socket is told of a fault': {
      text: 'FOO /\r\n\r\n',
      prepare: (server, log) => {
        server.on('connection', (socket: Socket) => {
          socket.on('error', (error: NodeJS.ErrnoException) => log.push(toldOf(error)));
        });
      },
    },
    ...Object.fromEntries(
      ['Oopsie-doopsie\r\n\r\n', 'B@D / HTTP/1.1\r\n\r\n'].map((text) => [
        `as a listener of clientError is told of ${JSON.stringify(text)}`,
        {
          text,
          prepare: (server: Server, log: string[]) => {
            server.on('clientError', (error: Error, socket) => {
              log.push(toldOf(error));
              socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
            });
          },
        },
      ]),
    ),
    'as a listener of clientError answers': {
      text: 'B@D / HTTP/1.1\r\n\r\n',
      prepare: (server, log) => {
        server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
          log.push(`${error.code} ${'rawPacket' in error}`);
          socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        });
      },
    },
    'as a listener of clientError answers and destroys': {
      options: { maxHeaderSize: 1000 },
      text: get(`X-Long: ${'x'.repeat(2000)}\r\n`),
      prepare: (server, log) => {
        server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
          log.push(`${error.code}`);
          socket.write('HTTP/1.1 431 Too Large\r\n\r\n');
          socket.destroy(error);
        });
      },
    },
  };
  for (const [name, scene] of Object.entries(scenes)) {
    it(name, async () => {
      const [node, sluice] = await both((make) => play(make, scene));
      expect(sluice).toEqual(node);
    });
  }
});

describe('a time-out', () => {
  it('is put off by content that comes', async () => {
    const seen = await both(async (make) => {
      let timeouts = 0;
      const server = make({}, (req, res) => {
        req.setTimeout(1000, () => timeouts++);
        req.resume().on('end', () => res.end(`${timeouts}`));
      });
      return serving(server, async (port) => {
        const socket = net.connect(port, '127.0.0.1');
        socket.write(post(`Content-Length: 10\r\n${CLOSE}`));
        let came = '';
        socket.setEncoding('latin1').on('data', (piece) => {
          came += piece;
        });
        for (let sent = 0; sent < 10; sent++) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          socket.write('x');
        }
        await new Promise((resolve) => socket.on('close', resolve));
        return came.slice(came.indexOf('\r\n\r\n') + 4);
      });
    });
    expect(seen).toEqual(['0', '0']);
  });
});
