// What the application writes to the socket where no request is to be answered, and what a socket tells of its client's
// end: as under node:http.

import { once } from 'node:events';
import type { Server } from 'node:http';
import net, { type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';

const REFUSAL = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';

/** A client that half-closes nothing, and what it is sent until the connection ends. */
async function sentTo(port: number, send: (client: Socket) => unknown): Promise<string> {
  const client = net.connect(port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  client.on('data', (piece) => {
    text += piece;
  });
  await once(client, 'connect');
  send(client);
  const [isBroken] = (await once(client, 'close')) as [boolean];
  return isBroken ? `${text}, broken` : text.replace(/Date: [^\r]*\r\n/g, '');
}

type Prepare = (server: Server, note: (what: unknown) => void) => void;

const cases: [string, Prepare, (client: Socket) => unknown][] = [
  [
    'refuses a connection before its first request',
    (server, note) =>
      server.on('connection', (socket) => {
        socket.on('close', note);
        socket.end(REFUSAL, () => note('ended'));
      }),
    () => undefined,
  ],
  [
    'refuses it some time later',
    (server) => server.on('connection', (socket) => setImmediate(() => socket.end(REFUSAL))),
    () => undefined,
  ],
  [
    'refuses it in two pieces, and ends it soon',
    (server) =>
      server.on('connection', (socket) => {
        socket.write(REFUSAL.slice(0, 20), 'latin1');
        socket.write(Buffer.from(REFUSAL.slice(20)));
        socket.destroySoon();
      }),
    () => undefined,
  ],
  [
    'writes before the first request, which is answered',
    (server, note) =>
      server.on('connection', (socket) =>
        note(socket.write('hello\r\n', (error) => note(error ?? 'written'))),
      ),
    (client) => client.write(get('/', 'Connection: close\r\n')),
  ],
  [
    'answers the timeout of a connection without a request',
    (server) => server.setTimeout(5, (socket: Socket) => socket.end(REFUSAL)),
    () => undefined,
  ],
  [
    'answers the timeout within a head',
    (server) => server.setTimeout(5, (socket: Socket) => socket.end(REFUSAL)),
    (client) => client.write('GET / HT'),
  ],
  [
    'answers the timeout after a request',
    (server) => {
      server.keepAliveTimeout = 0;
      server.setTimeout(5, (socket: Socket) => socket.end(REFUSAL));
    },
    (client) => client.write(get()),
  ],
  [
    'ends an idle connection without a word',
    (server) => {
      server.on('request', ({ socket }, res) => res.on('close', () => socket.end()));
    },
    (client) => client.write(get()),
  ],
  [
    'writes more than the kernel takes',
    (server) => server.on('connection', (socket) => socket.end('x'.repeat(5_000_000))),
    () => undefined,
  ],
];

describe('an application that', () => {
  it.each(cases)('%s', async (_name, prepare, send) => {
    const [node, sluice] = await both(async (make) => {
      const notes: unknown[] = [];
      const server = make({}, (_req, res) => res.end('x'));
      prepare(server, (what) => notes.push(what));
      const sent = await serving(server, (port) => sentTo(port, send));
      return [sent, notes];
    });
    expect(sluice).toEqual(node);
    expect(sluice[0]).not.toBe('');
  });
});

describe('a socket', () => {
  it.each([
    ['with its request', (client: Socket) => client.end(get())],
    ['after its response', (client: Socket) => client.write(get())],
  ])('tells that its client has ended %s', async (_name, send) => {
    const [node, sluice] = await both(async (make) => {
      const told: unknown[] = [];
      const server = make({}, (_req, res) => res.end('x'));
      server.on('connection', (socket) => {
        for (const name of ['end', 'error', 'close'])
          socket.on(name, (value: unknown) => told.push([name, value]));
      });
      await serving(server, (port) =>
        sentTo(port, (client) => {
          client.once('data', () => client.end());
          send(client);
        }),
      );
      return told;
    });
    expect(sluice).toEqual(node);
  });

  it('has one state of writing, and keeps what is put there', async () => {
    const [node, sluice] = await both(async (make) => {
      const seen: unknown[] = [];
      const server = make({}, ({ socket }, res) => {
        const { _writableState: state } = socket as unknown as {
          _writableState: Record<string, unknown>;
        };
        seen.push(state === (socket as unknown as { _writableState: unknown })._writableState);
        seen.push(state.mark, state.corked);
        state.mark = res.req.url;
        res.end('x');
      });
      await serving(server, (port) =>
        sentTo(port, (client) => client.write(get('/1') + get('/2', 'Connection: close\r\n'))),
      );
      return seen;
    });
    expect(sluice).toEqual(node);
  });
});

describe('a request whose response has left', () => {
  const listening = [
    ['with no listener of its own', () => undefined],
    [
      'with a listener',
      (req: { on(name: string, listener: () => void): unknown }) => req.on('end', () => undefined),
    ],
  ] as const;

  it.each(listening)(
    'ends its connection where it is destroyed then, %s',
    async (_name, listen) => {
      const [node, sluice] = await both(async (make) => {
        const server = make({}, (req, res) => {
          listen(req);
          res.on('close', () => req.destroy());
          res.end('x');
        });
        return serving(server, (port) => sentTo(port, (client) => client.write(get())));
      });
      expect(sluice).toEqual(node);
    },
  );

  it('and a write then is no uncaught exception', async () => {
    const [node, sluice] = await both(async (make) => {
      const errors: unknown[] = [];
      const server = make({}, (_req, res) => {
        res.on('finish', () => res.write('y', (error) => errors.push(error?.message)));
        res.on('close', () => errors.push('closed'));
        res.end('x');
      });
      await serving(server, (port) =>
        sentTo(port, (client) => client.write(get('/', 'Connection: close\r\n'))),
      );
      return errors;
    });
    expect(sluice).toEqual(node);
  });

  it('tells all of its end to whoever watches what is emitted', async () => {
    const [node, sluice] = await both(async (make) => {
      const emitted: string[] = [];
      const server = make({}, (req, res) => {
        for (const one of [req, res]) {
          const { emit } = one;
          one.emit = (name: string, ...values: unknown[]): boolean => {
            emitted.push(`${one === req ? 'req' : 'res'} ${name}`);
            return emit.call(one, name, ...values);
          };
        }
        res.end('x');
      });
      await serving(server, (port) =>
        sentTo(port, (client) => {
          client.once('data', () => client.end());
          client.write(get());
        }),
      );
      // Which of the two is told first differs from one Node to another.
      const ends = emitted.filter((name) => /finish|end|close/.test(name));
      return ['req', 'res'].map((one) => ends.filter((name) => name.startsWith(one)));
    });
    expect(sluice).toEqual(node);
  });
});
