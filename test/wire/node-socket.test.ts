// The socket that messages of `sluice/node` show: what hosts ask of it is answered as by node:http's.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, both, type Make, makers, serving } from '../support/node-pair.js';

/** What a client sees of a response that its server destroys midway. */
async function brokenOff(make: Make, destroy: (res: http.ServerResponse) => void) {
  let made: http.ServerResponse | undefined;
  const server = make({}, (_req, res) => {
    made = res;
    res.write('a part');
  });
  return serving(server, async (port) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const seen: string[] = [];
    request.on('error', ({ message }) => seen.push(`request: ${message}`));
    response.on('error', ({ message }) => seen.push(`response: ${message}`));
    response.on('data', (piece) => seen.push(String(piece)));
    await once(response, 'data');
    destroy(made as http.ServerResponse);
    await new Promise((resolve) => response.on('close', resolve));
    return seen;
  });
}

describe('a response that is destroyed midway', () => {
  const ways: Record<string, (res: http.ServerResponse) => void> = {
    'by itself': (res) => void res.destroy(),
    'by its socket': (res) => void res.socket?.destroy(),
    'with an error': (res) => void res.destroy(new Error('kaboom')),
  };
  for (const [name, destroy] of Object.entries(ways)) {
    it(`${name} is aborted for its client, as under node:http`, async () => {
      const [node, sluice] = await both((make) => brokenOff(make, destroy));
      expect(sluice).toEqual(node);
      expect(sluice).toEqual(['a part', 'response: aborted']);
    });
  }

  it('is reset where only the end of the connection ends it', async () => {
    const [, make] = makers[1] as (typeof makers)[0];
    let made: http.ServerResponse | undefined;
    const server = make({}, (_req, res) => {
      made = res;
      res.write('a part');
    });
    await serving(server, async (port) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.write('GET / HTTP/1.0\r\n\r\n');
      await once(socket, 'data');
      made?.destroy();
      const error = await new Promise((resolve) => {
        socket.on('error', resolve).on('end', () => resolve('a whole'));
      });
      expect(error).toMatchObject({ code: 'ECONNRESET' });
    });
  });
});

/** What a listener notes of one request that is answered. */
async function noted(
  make: Make,
  listener: (req: http.IncomingMessage, res: http.ServerResponse, note: Note) => void,
): Promise<unknown[]> {
  const notes: unknown[] = [];
  const server = make({}, (req, res) => listener(req, res, (value) => notes.push(value)));
  await serving(server, async (port) => {
    const { status, headers, text } = await ask(port);
    const { date: _, ...others } = headers;
    notes.push(status, others, text);
    await new Promise(setImmediate);
  });
  return notes;
}

type Note = (value: unknown) => void;

describe('a message says the same of itself as under node:http', () => {
  const codeOf = (error: unknown): unknown => (error as { code?: string } | undefined)?.code;
  const listeners: Record<string, Parameters<typeof noted>[1]> = {
    'where it is written after its end': (_req, res, note) => {
      res.on('error', (error) => note(codeOf(error)));
      res.write('all');
      res.end();
      note(res.write('more'));
    },
    'where it is ended twice': (_req, res, note) => {
      res.end('all', () => note('ended'));
      note([res.writableEnded, res.writableFinished, res.writableLength]);
      res.end(((error: unknown) => note(codeOf(error))) as () => void);
    },
    'in the callbacks of its writes': (_req, res, note) => {
      res.write('a', () => note(['first', res.socket !== null]));
      res.on('finish', () => note(['finish', res.socket !== null]));
      res.end('b', () => note(['end', res.socket !== null]));
    },
    'of bytes that were written before they leave': (_req, res, note) => {
      const before = res.socket?.bytesWritten ?? 0;
      for (let count = 0; count < 40; count++) res.write('x'.repeat(1000));
      note([before, (res.socket?.bytesWritten ?? 0) >= 40_000]);
      res.end();
    },
    'where it has no field Connection': (_req, res) => {
      for (const name of ['connection', 'content-length', 'transfer-encoding'])
        res.removeHeader(name);
      res.end('all');
    },
    'where the encoding of its socket is changed': (req, res, note) => {
      try {
        req.socket.setEncoding('utf8');
      } catch (error) {
        note([codeOf(error), (error as Error).message]);
      }
      res.end();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) {
    it(name, async () => {
      const [node, sluice] = await both((make) => noted(make, listener));
      expect(sluice).toEqual(node);
      expect(node.length).toBeGreaterThan(2);
    });
  }

  it('and an error of its length nobody listens to is no uncaught exception', async () => {
    const [, make] = makers[1] as (typeof makers)[0];
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(codeOf(error));
    const server = make({ sluice: { onError } }, (_req, res) => {
      res.setHeader('Content-Length', 2).end('abc');
    });
    await serving(server, (port) => expect(ask(port)).rejects.toThrow('socket hang up'));
    expect(errors).toEqual(['SLUICE_REPLY_LENGTH_INVALID']);
  });
});

describe('the socket of messages and that of an upgrade', () => {
  it('answer alike what is asked of any socket, as under node:http', async () => {
    const facts = (socket: net.Socket): unknown => {
      const { remoteAddress, remoteFamily, localAddress, localFamily, readyState } = socket;
      const address = socket.address() as net.AddressInfo;
      const calls = [socket.setNoDelay(), socket.setKeepAlive(), socket.ref(), socket.unref()];
      const late = (): void => undefined;
      socket.setTimeout(60_000, late);
      const hears = (): boolean => socket.listeners('timeout').includes(late);
      const timeouts: unknown[] = [socket.timeout, hears()];
      socket.setTimeout(0, late);
      timeouts.push(socket.timeout, hears());
      return [
        { remoteAddress, remoteFamily, localAddress, localFamily, readyState, timeouts },
        [address.address, address.family, address.port === socket.localPort],
        [socket.remotePort !== undefined, socket.bytesRead > 0],
        calls.every((one) => one === socket),
      ];
    };
    const [node, sluice] = await both(async (make) => {
      const seen: unknown[] = [];
      const server = make({}, (req, res) => {
        seen.push(facts(req.socket));
        res.end();
      });
      server.on('upgrade', (_req, socket: net.Socket) => {
        seen.push(facts(socket));
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\n\r\n');
      });
      return serving(server, async (port) => {
        await ask(port);
        const client = net.connect(port, '127.0.0.1').resume();
        client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
        await once(client, 'close');
        return seen;
      });
    });
    expect(sluice).toEqual(node);
    expect(sluice).toHaveLength(2);
  });
});
