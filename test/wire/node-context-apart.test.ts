// What a listener of `sluice/node` enters in an AsyncLocalStorage is no later request's, whichever way that comes.

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { type StateId, stateName } from '../../src/fsm/machine/machine.js';
import type { Transition } from '../../src/index.js';
import { get, post } from '../support/test-server.js';

const storage = new AsyncLocalStorage<string | undefined>();

interface Asking {
  readonly socket: net.Socket;
  /** So many responses have come. */
  answers(count: number): Promise<void>;
}

/** `sluice/node` alone holds it: with node:http before Node 24, requests of a connection share what they enter. */
describe.each([undefined, 'outer'])(
  'what one listener enters, no later request finds: listen() in %s',
  (outer) => {
    /** Each request notes what it finds, and enters its target. */
    async function seenBy(
      prepare: (server: http.Server) => void,
      use: (port: number, server: http.Server) => Promise<void>,
      options: object = {},
    ): Promise<[string, unknown][]> {
      const seen: [string, unknown][] = [];
      const server = createServer(options);
      server.prependListener('request', (req) => {
        seen.push([req.url as string, storage.getStore()]);
        storage.enterWith(req.url as string);
      });
      prepare(server);
      storage.run(outer, () => server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      try {
        await use((server.address() as AddressInfo).port, server);
      } finally {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      }
      return seen;
    }

    /** A client that has sent `bytes`, and what it was answered. */
    async function client(port: number, bytes: string): Promise<Asking> {
      const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
      await once(socket, 'connect');
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.write(bytes);
      return {
        socket,
        async answers(count) {
          while (text.split('HTTP/1.1 ').length <= count) await once(socket, 'data');
        },
      };
    }

    const found = (...targets: string[]): unknown => targets.map((target) => [target, outer]);

    const answering: [string, http.RequestListener][] = [
      ['at once', (_req, res) => void res.end('x')],
      ['later', (_req, res) => void setImmediate(() => res.end('x'))],
      [
        'later, in another context',
        (_req, res) =>
          storage.run('run', () =>
            setTimeout(() => {
              storage.enterWith('timeout');
              res.end('x');
            }, 1),
          ),
      ],
      [
        'when content was read',
        (req, res) =>
          void req
            .on('data', () => storage.enterWith('data'))
            .on('end', () => {
              storage.enterWith('end');
              res.end('x');
            }),
      ],
      [
        'and hears that it has left',
        (req, res) => {
          for (const name of ['finish', 'close']) res.on(name, () => storage.enterWith(name));
          req.on('close', () => storage.enterWith('req close'));
          res.write('x', () => storage.enterWith('written'));
          res.end('x', () => storage.enterWith('ended'));
        },
      ],
    ];

    it.each(answering)('where it answers %s', async (_name, listener) => {
      const seen = await seenBy(
        (server) => server.on('request', listener),
        async (port) => {
          const { socket, answers } = await client(
            port,
            get('/1') + post('abc', '', '/2') + get('/3'),
          );
          await answers(3);
          socket.write(post('abc', '', '/4').slice(0, -2));
          socket.write(`bc${get('/5')}`);
          await answers(5);
          socket.write(get('/6'));
          await answers(6);
        },
      );
      expect(seen).toEqual(found('/1', '/2', '/3', '/4', '/5', '/6'));
    });

    it('where both come in one piece of a stream that was opened elsewhere', async () => {
      const seen = await seenBy(
        (server) => server.on('request', (_req, res) => res.end('x')),
        async (_port, server) => {
          const stream = new Duplex({
            read: () => undefined,
            write: (_chunk, _coding, done) => done(),
          });
          storage.run(outer, () => server.emit('connection', stream));
          for (const bytes of [get('/1') + get('/2'), get('/3')]) {
            const answered = once(server, 'request');
            storage.run('pusher', () => stream.push(bytes));
            await answered;
          }
          stream.destroy();
        },
      );
      expect(seen).toEqual(found('/1', '/2', '/3'));
    });

    it('where it waits for a slot that another gives back', async () => {
      let queued = 0;
      const transition = ({ from, to }: Transition): void => {
        const [before, after] = [from, to].map((state) =>
          stateName(state as StateId).includes('/queued/'),
        );
        if (after && !before) queued++;
      };
      const seen = await seenBy(
        (server) =>
          server.on('request', (req, res) => {
            if (req.url !== '/held') res.end('x');
          }),
        async (port, server) => {
          const held = once(server, 'request');
          const holder = await client(port, get('/held'));
          const [, res] = (await held) as [unknown, http.ServerResponse];
          const waiting = [];
          for (const name of ['/1', '/2']) {
            waiting.push(await client(port, get(name) + get(`${name}-next`)));
            while (queued < waiting.length) await new Promise(setImmediate);
          }
          storage.run('end', () => res.end());
          await holder.answers(1);
          for (const one of waiting) await one.answers(2);
        },
        {
          sluice: {
            concurrency: 1,
            observer: {
              transition,
            },
          },
        },
      );
      expect(new Map(seen)).toEqual(
        new Map(['/held', '/1', '/2', '/1-next', '/2-next'].map((name) => [name, outer])),
      );
    });

    const events: [string, string, (server: http.Server) => void][] = [
      [
        'connection',
        '',
        (server) => server.on('connection', () => storage.enterWith('connection')),
      ],
      [
        'checkContinue',
        post('x', 'Expect: 100-continue\r\n', '/expects'),
        (server) =>
          server.on('checkContinue', (_req, res) => {
            storage.enterWith('checkContinue');
            res.end('x');
          }),
      ],
      [
        'checkExpectation',
        get('/expects', 'Expect: more\r\n'),
        (server) =>
          server.on('checkExpectation', (_req, res) => {
            storage.enterWith('checkExpectation');
            res.end('x');
          }),
      ],
      [
        'clientError',
        '@@\r\n\r\n',
        (server) =>
          server.on('clientError', (_error, socket) => {
            storage.enterWith('clientError');
            socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
          }),
      ],
      [
        'upgrade',
        get('/up', 'Connection: Upgrade\r\nUpgrade: x\r\n'),
        (server) =>
          server.on('upgrade', (_req, socket) => {
            storage.enterWith('upgrade');
            socket.end('HTTP/1.1 200 Refused\r\n\r\n');
          }),
      ],
      [
        'dropRequest',
        get('/1') + get('/dropped'),
        (server) => {
          server.maxRequestsPerSocket = 1;
          server.on('dropRequest', () => storage.enterWith('dropRequest'));
        },
      ],
    ];

    it.each(events)('where a listener of %s enters it', async (_name, bytes, prepare) => {
      const seen = await seenBy(
        (server) => {
          server.on('request', (_req, res) => res.end('x'));
          prepare(server);
        },
        async (port) => {
          const first = await client(port, bytes);
          if (bytes !== '') await first.answers(1);
          for (const target of ['/a', '/b']) {
            const { answers } = await client(port, get(target));
            await answers(1);
          }
          first.socket.destroy();
        },
      );
      expect(seen.filter(([target]) => target !== '/1')).toEqual(found('/a', '/b'));
    });
  },
);
