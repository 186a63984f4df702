// What an application does with connections that node:http allows and few tests do: sockets, timeouts, clientError.
// Each is done on both servers, and the two are compared.

import { once } from 'node:events';
import type http from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { both, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';
import { TextClient } from '../support/text-client.js';
import { LAST, type Note, same } from './node-compared.js';

/** What the socket of a request throws, gives and tells. */
async function ofSocket(ask: (socket: Socket, note: Note) => void): Promise<unknown[]> {
  const { notes } = await same(
    (req, res, note) => {
      ask(req.socket, (...values) => note(...values));
      if (!res.destroyed) res.end();
    },
    ({ socket }) => void socket.write(get('/', LAST)),
  );
  return notes;
}

const codeOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};

describe('the socket of a request', () => {
  it('refuses a timeout that is none', async () => {
    const wrong = ['x', -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, {}, '3', 2.5];
    await ofSocket((socket, note) => {
      for (const ms of wrong)
        note(codeOf(() => void socket.setTimeout(ms as number)) ?? socket.timeout);
      note(codeOf(() => socket.setTimeout(5, 'x' as unknown as () => void)));
    });
  });

  it('refuses to write what is neither text nor bytes', async () => {
    const notes = await ofSocket((socket, note) => {
      for (const chunk of [5, null, {}]) note(codeOf(() => socket.write(chunk as never)));
    });
    expect(notes).toEqual([
      ['ERR_INVALID_ARG_TYPE'],
      ['ERR_STREAM_NULL_VALUES'],
      ['ERR_INVALID_ARG_TYPE'],
    ]);
  });

  it('tells who writes to it too late', async () => {
    const notes = await ofSocket((socket, note) => {
      socket.destroy();
      note(socket.write('x', (error) => note((error as NodeJS.ErrnoException).code)));
    });
    expect(notes).toEqual([[false], ['ERR_STREAM_DESTROYED']]);
  });

  it('resets its connection where it is told to', async () => {
    const seen = await both((make) => {
      let reset: () => void = () => undefined;
      const server = make({}, (_req, res) => {
        res.write('begun');
        reset = () => void res.socket?.resetAndDestroy();
      });
      return serving(server, async (port) => {
        const client = new TextClient(port);
        client.socket.write(get());
        await client.until('begun');
        reset();
        return client.ended;
      });
    });
    expect(seen).toEqual(['ECONNRESET', 'ECONNRESET']);
  });
});

describe('a timeout that a message has set', () => {
  it('is over with its response', async () => {
    const { notes } = await same(
      (req, res, note) => {
        note(req.url, req.socket.timeout ?? 0);
        if (req.url === '/first') res.setTimeout(20, () => undefined);
        if (req.url === '/slow') setTimeout(() => res.end('slow'), 60);
        else res.end('first');
      },
      async (client) => {
        client.socket.write(get('/first'));
        await client.until('first');
        client.socket.write(get('/slow', LAST));
      },
    );
    expect(notes).toContainEqual(['/slow', 0]);
  });
});

describe('a timeout of the server', () => {
  it('is told of a connection that is kept alive, when that time is over', async () => {
    const { notes } = await same(
      (_req, res) => res.end('answer'),
      async (client, server) => {
        const told = once(server, 'timeout');
        client.socket.write(get());
        await client.until('answer');
        const [socket] = (await told) as [Socket];
        socket.destroy();
        await client.ended;
      },
      (server, note) => {
        server.keepAliveTimeout = 60;
        server.setTimeout(500, () => note('timeout'));
      },
    );
    expect(notes).toEqual([['timeout']]);
  });

  it.each([Number.POSITIVE_INFINITY, '60000'])(
    'is not told at once where keepAliveTimeout is %s',
    async (keepAliveTimeout) => {
      const notes: unknown[] = [];
      const server = createServer((_req, res) => res.end('answer'));
      server.setTimeout(60_000, () => notes.push('timeout'));
      server.keepAliveTimeout = keepAliveTimeout as number;
      await serving(server, async (port) => {
        const idle = new TextClient(port);
        idle.socket.write(get());
        await idle.until('answer');
        // As long as a few others take.
        for (let i = 0; i < 5; i++) {
          const other = new TextClient(port);
          other.socket.write(get('/', LAST));
          await other.ended;
        }
        idle.socket.destroy();
      });
      expect(notes).toEqual([]);
    },
  );
});

describe('clientError', () => {
  it('names a fault of content, and where it was found', async () => {
    const { notes } = await same(
      (req) => void req.resume().on('error', () => undefined),
      async ({ socket }) => {
        socket.write(
          'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
        );
        await new Promise(setImmediate);
        socket.write('zz\r\n');
      },
      (server, note) => {
        server.on('clientError', ({ code }: NodeJS.ErrnoException, socket: Socket) => {
          note(code);
          socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
        });
      },
    );
    expect(notes).toEqual([['HPE_INVALID_CHUNK_SIZE']]);
  });

  it('answers behind the response to the request before', async () => {
    const { text } = await same(
      (_req, res) => void res.end('good'),
      async (client) => {
        client.socket.write(get());
        await client.until('good');
        client.socket.write('garbage\r\n\r\n');
      },
      (server) => {
        server.on('clientError', (_error, socket: Socket) => {
          socket.end('HTTP/1.1 400 Mine\r\nConnection: close\r\n\r\n');
        });
      },
    );
    expect(text).toContain('400 Mine');
  });

  it('answers behind the response to a request that came together with the fault', async () => {
    const [, text] = await both((make) => {
      const server = make({}, (_req, res) => void setImmediate(() => res.end('good')));
      server.on('clientError', (_error, socket: Socket) => {
        socket.end('HTTP/1.1 400 Mine\r\nConnection: close\r\n\r\n');
      });
      return serving(server, async (port) => {
        const client = new TextClient(port);
        client.socket.write(`${get()}garbage\r\n\r\n`);
        await client.ended;
        return client.text;
      });
    });
    expect(text).toMatch(/good.*400 Mine/s);
  });

  it('may destroy the socket with an error, which is told there', async () => {
    const { notes } = await same(
      () => undefined,
      ({ socket }) => void socket.write('garbage\r\n\r\n'),
      (server, note) => {
        server.on('clientError', (error, socket: Socket) => {
          socket.on('error', (told) => note('error', told === error));
          socket.on('close', (hadError) => note('close', hadError));
          socket.destroy(error);
        });
      },
    );
    expect(notes).toEqual([
      ['error', true],
      ['close', true],
    ]);
  });
});

describe('a server', () => {
  it.each<[string, unknown]>([
    ['a number', 5],
    ['a text', 'x'],
    ['a list', []],
  ])('refuses %s in place of options, in the words of node:http', async (_name, options) => {
    const [node, sluice] = await both(async (make) => {
      try {
        make(options as object);
        return undefined;
      } catch (error) {
        return [(error as NodeJS.ErrnoException).code, (error as Error).message];
      }
    });
    expect(sluice).toEqual(node);
    expect(sluice?.[0]).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('that is closed before it has told that it listens, closes', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({});
      const told: unknown[] = [];
      for (const name of ['listening', 'close']) server.on(name, () => told.push(name));
      server.listen(0);
      await new Promise<void>((resolve) =>
        server.close((error) => {
          told.push(error);
          resolve();
        }),
      );
      told.push(server.listening, server.address());
      await new Promise<void>((resolve) => server.listen(0, resolve));
      told.push(server.listening);
      await new Promise((resolve) => server.close(resolve));
      return told;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual(['close', undefined, false, null, 'listening', true, 'close']);
  });

  it('that is given an aborted signal does not listen', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make({});
      const told: unknown[] = [];
      for (const name of ['listening', 'close']) server.on(name, () => told.push(name));
      server.listen({ port: 0, signal: AbortSignal.abort() });
      await once(server, 'close');
      return [...told, server.listening];
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual(['close', false]);
  });

  it('whose emit is replaced has all its connections told', async () => {
    const { notes } = await same(
      (_req, res) => void res.end(),
      ({ socket }) => void socket.write(get('/', LAST)),
      (server, note) => {
        const { emit } = server;
        server.emit = function (this: http.Server, name: string, ...values: unknown[]) {
          if (name !== 'listening' && name !== 'close') note(name);
          return Reflect.apply(emit, this, [name, ...values]);
        } as typeof emit;
      },
    );
    expect(notes).toEqual([['connection'], ['request']]);
  });
});
