// How a request of `sluice/node` ends when its socket does: what it tells is compared with node:http's.

import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';

type Listener = (
  req: http.IncomingMessage,
  res: http.ServerResponse,
  note: (value: unknown) => void,
) => void;

/** What the listener notes of a request, and what the client gets, when the connection has closed. */
async function compared(
  request: string,
  listener: Listener,
  { sendsFin = false } = {},
): Promise<{ notes: unknown[]; text: string }> {
  const [node, sluice] = await both(async (make) => {
    const notes: unknown[] = [];
    const server = make({}, (req, res) => {
      for (const name of ['aborted', 'end', 'close']) req.on(name, () => notes.push(name));
      listener(req, res, (value) => notes.push(value));
    });
    Object.assign(server, { httpAllowHalfOpen: true });
    return serving(server, async (port) => {
      const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
      const client = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      client.on('error', () => undefined);
      let text = '';
      client.on('data', (piece) => {
        text += piece;
      });
      client.on('end', () => client.end());
      client.write(request);
      if (sendsFin) client.end();
      await closed;
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      return { notes, text: text.slice(text.lastIndexOf('\r\n\r\n') + 4) };
    });
  });
  expect(sluice).toEqual(node);
  return sluice;
}

const REQUESTS: Record<string, string> = {
  'without content': get('/'),
  'with a length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'of several pieces': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n${'x'.repeat(40_000)}`,
};

/** A FIN behind chunks that nobody asks for is noticed later. */
const CHUNKED =
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n';

for (const [kind, request] of Object.entries(REQUESTS)) {
  describe(`a request ${kind}`, () => {
    it('is read after its client has sent FIN', async () => {
      const { notes } = await compared(
        request,
        (req, res, note) =>
          req.socket.once('end', () => {
            let length = 0;
            req.on('data', (piece: Buffer) => {
              length += piece.length;
            });
            req.on('end', () => {
              note([length, req.trailers, req.complete]);
              res.end('read');
            });
          }),
        { sendsFin: true },
      );
      expect(notes).toContain('end');
    });

    it('is read by a loop after its client has sent FIN', async () => {
      const { text } = await compared(
        request,
        (req, res) =>
          req.socket.once('end', async () => {
            let length = 0;
            for await (const piece of req) length += piece.length;
            res.end(`read ${length}`);
          }),
        { sendsFin: true },
      );
      expect(text).toMatch(/^read \d+$/);
    });

    it('that nobody reads ends all the same after FIN', async () => {
      const { notes } = await compared(
        request,
        (req, res) => req.socket.once('end', () => res.end('not read')),
        { sendsFin: true },
      );
      expect(notes).toEqual(['end', 'close']);
    });
  });
}

for (const [kind, request] of Object.entries({ ...REQUESTS, 'in chunks': CHUNKED })) {
  describe(`a request ${kind}`, () => {
    it('ends where its response is complete and its socket destroyed', async () => {
      const { notes } = await compared(request, (req, res) => {
        res.end('all');
        req.socket.destroy();
      });
      expect(notes).toEqual(['end', 'close']);
    });

    it('ends where its response is complete and destroyed', async () => {
      const { notes } = await compared(request, (_req, res) => {
        res.end('all');
        res.destroy();
      });
      expect(notes).toEqual(['end', 'close']);
    });

    it('is aborted where its socket ends before its response', async () => {
      const { notes } = await compared(request, (req, res) => {
        res.write('a part');
        setImmediate(() => req.socket.end());
      });
      expect(notes).toEqual(['aborted', 'close']);
    });
  });
}

describe('a request whose response has left', () => {
  it('ends its connection where it is destroyed when that is told', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({}, (req, res) => {
        res.on('finish', () => req.destroy());
        res.end('all');
      });
      return serving(server, async (port) => {
        const client = net.connect(port, '127.0.0.1').resume();
        client.write(get('/'));
        await once(client, 'end');
        return 'ended';
      });
    });
    expect(sluice).toEqual(node);
  });
});

describe('the end of a socket', () => {
  it('is told once to whoever gave it bytes as well', async () => {
    const { notes } = await compared(get('/'), (req, _res, note) => {
      req.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', () => note('ended'));
    });
    expect(notes).toEqual(['ended', 'aborted', 'close']);
  });

  it('is told to whoever asks for it late', async () => {
    const { notes } = await compared(get('/'), (req, res, note) => {
      res.end('all');
      const { socket } = req;
      const noteCode = (error?: Error | null): void =>
        note((error as { code?: string } | null)?.code);
      socket.on('error', (error) => noteCode(error));
      socket.on('close', () => {
        socket.end(noteCode as () => void);
        socket.end('x', noteCode as () => void);
      });
      socket.end();
    });
    expect(notes).toContain('ERR_STREAM_ALREADY_FINISHED');
  });
});

describe('what the socket of a request can not do', () => {
  it('throws an error that says so', async () => {
    const { text } = await compared(get('/'), (req, res) => {
      const socket = req.socket as unknown as Record<string, () => unknown>;
      const isOwn = !(req.socket instanceof net.Socket);
      const wrong = isOwn
        ? ['pipe', 'read', 'unshift', 'push', 'connect', 'iterator'].filter((name) => {
            try {
              socket[name]?.();
              return true;
            } catch (error) {
              return (error as { code?: string }).code !== 'SLUICE_SOCKET_UNSUPPORTED';
            }
          })
        : [];
      res.end(String(wrong), () => req.socket.end());
    });
    expect(text).toBe('');
  });
});
