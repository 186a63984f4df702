// What an application does with messages that node:http allows and few tests do. Each is done on both servers, and
// the two are compared.

import { once } from 'node:events';
import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { both, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';
import { TextClient } from '../support/text-client.js';
import { LAST, type Listener, same } from './node-compared.js';

const PART = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc';

describe('a listener that leaves its reading', () => {
  for (const [name, leave] of Object.entries<Listener>({
    'by break': async (req, res) => {
      for await (const _ of req) break;
      res.end('enough');
    },
    'by an error': async (req, res) => {
      try {
        for await (const _ of req) throw new Error('too much');
      } catch {
        res.statusCode = 413;
        res.end('enough');
      }
    },
  })) {
    it(`${name} has answered, and the connection goes on`, async () => {
      const { text } = await same(
        (req, res, note) => {
          if (req.url === '/next') res.end('next');
          else leave(req, res, note);
          res.on('close', () => note('close', req.url));
        },
        async (client) => {
          client.socket.write(PART);
          await client.until('enough');
          client.socket.write(`def${get('/next', LAST)}`);
        },
      );
      expect(text).toContain('next');
    });
  }
});

describe('a response to content that is still to come', () => {
  it('is closed once it has left, and its client may take its time', async () => {
    const { text } = await same(
      (req, res, note) => {
        if (req.url === '/next') {
          res.end('next');
          return;
        }
        req.once('data', () => res.end('early'));
        res.on('close', () => note(res.writableFinished, res.destroyed, req.complete));
      },
      async (client, server) => {
        const closed = new Promise<void>((resolve) => {
          server.once('request', (_req, res: http.ServerResponse) => res.on('close', resolve));
        });
        client.socket.write(PART);
        await closed;
        client.socket.write(`def${get('/next', LAST)}`);
      },
    );
    expect(text).toContain('early');
    expect(text).toContain('next');
  });
});

describe('a client that ends within its content', () => {
  it('gets the answer that was given before, whole', async () => {
    const [node, sluice] = await both((make) => {
      const server = make({}, (req, res) => {
        req.on('data', () => res.writableEnded || res.end('early'));
        req.on('error', () => undefined);
      });
      return serving(server, async (port) => {
        const client = new TextClient(port);
        client.socket.end(PART);
        return [await client.ended, client.text.includes('early')];
      });
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual(['end', true]);
  });
});

describe('a write in an encoding that there is not', () => {
  it('throws', async () => {
    const { notes } = await same(
      (_req, res, note) => {
        try {
          res.end('x', 'nope' as BufferEncoding);
        } catch (error) {
          note((error as NodeJS.ErrnoException).code);
        }
        res.destroy();
      },
      ({ socket }) => void socket.write(get()),
    );
    expect(notes).toEqual([['ERR_UNKNOWN_ENCODING']]);
  });

  it('of bytes has a name', async () => {
    const { text } = await same(
      (_req, res) => {
        res.write('x');
        res.end(Buffer.from('bytes'), 'buffer' as BufferEncoding);
      },
      ({ socket }) => void socket.write(get('/', LAST)),
    );
    expect(text).toContain('bytes');
  });
});

describe('a response under two codings', () => {
  it('is sent, since the last one is chunked', async () => {
    const { text } = await same(
      (_req, res) => void res.setHeader('Transfer-Encoding', 'gzip, chunked').end('x'),
      ({ socket }) => void socket.write(get('/', LAST)),
    );
    expect(text).toContain('\r\n\r\n1\r\nx\r\n0\r\n\r\n');
  });
});

describe('a response that is destroyed', () => {
  it('tells its end to who listens a little later', async () => {
    const { notes } = await same(
      async (_req, res, note) => {
        res.destroy();
        await null;
        await once(res, 'close');
        note('close');
      },
      ({ socket }) => void socket.write(get()),
    );
    expect(notes).toEqual([['close']]);
  });
});

describe('100 Continue', () => {
  it('is sent once, however early the content is asked for', async () => {
    const { text } = await same(
      () => undefined,
      async (client) => {
        client.socket.write(
          `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n${LAST}\r\n`,
        );
        await client.until('100 Continue');
        client.socket.write('abc');
      },
      (server) => {
        server.on('checkContinue', (req: http.IncomingMessage, res: http.ServerResponse) => {
          req.resume().on('end', () => res.end('all'));
          setImmediate(() => res.writeContinue());
        });
      },
    );
    expect(text.split('100 Continue')).toHaveLength(2);
  });
});
