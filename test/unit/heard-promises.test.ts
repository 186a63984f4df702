// Law: a promise that a callback of the application's gives ends no process, whatever its `then` is, and keeps nobody.

import { describe, test } from 'vitest';
import { LineStream } from '../../src/adapters/access-log/line-stream.js';
import { TrustedProxies } from '../../src/fsm/proxy/trusted-proxies.js';
import { createServer, type Observer, reply, type ServerOptions } from '../../src/index.js';
import { guardedSniCallback } from '../../src/io/tls/sni-callback.js';
import { createLimiter } from '../../src/limiter/index.js';
import { inject } from '../../src/testing/index.js';
import { expectNoEscapes, turns } from '../support/escapes.js';
import { REJECTED } from '../support/rejected-promises.js';

expectNoEscapes();

/** A boundary: what JavaScript lets a callback give. */
type Give = () => never;

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Serves one request with these options. Whoever is given a promise that never settles is not waited for. */
async function serve(options: Partial<ServerOptions>, request = GET): Promise<void> {
  const server = createServer({ fetch: () => reply('x'), onError: () => undefined, ...options });
  inject(server, request)
    .then(
      (response) => response.text(),
      () => undefined,
    )
    .catch(() => undefined);
  await turns();
  await server.close({ graceMs: 0 });
}

const answering = (answer: ServerOptions['fetch']): Promise<void> => serve({ fetch: answer });

const ends = { done: true, value: undefined };

/** By name: a place where sluice calls the application, and takes what that gives. */
const SEAMS: Readonly<Record<string, (give: Give) => unknown>> = {
  fetch: (give) => answering(give),
  onError: (give) =>
    serve({
      fetch: () => {
        throw new Error('x');
      },
      onError: give,
    }),
  onFault: (give) => serve({ onFault: give }, 'no request\r\n\r\n'),
  errorPages: (give) => serve({ errorPages: give }),
  priority: (give) => serve({ priority: give }),
  clientKey: (give) => serve({ clientKey: give }),
  deadline: (give) => serve({ deadline: give }),
  ...Object.fromEntries(
    (
      [
        'connectionOpened',
        'connectionClosed',
        'transition',
        'requestStarted',
        'requestCompleted',
      ] as const satisfies readonly (keyof Observer)[]
    ).map((name) => [`observer.${name}`, (give: Give) => serve({ observer: { [name]: give } })]),
  ),
  'observer.fault': (give) => serve({ observer: { fault: give } }, 'no request\r\n\r\n'),
  waitUntil: (give) =>
    answering((_request, context) => {
      context.waitUntil(give());
      return reply('x');
    }),
  waiting: (give) =>
    answering((_request, context) => {
      void context.waiting(give());
      return reply('x');
    }),
  'a listener of the signal': (give) =>
    answering((request) => {
      request.signal.addEventListener('abort', give);
      return new Promise(() => undefined);
    }),
  'a chunk of a body': (give) =>
    answering(() =>
      reply(
        (function* () {
          yield give();
        })(),
      ),
    ),
  'a chunk of an iterator': (give) =>
    answering(() => reply(iterator({ next: async () => ({ done: false, value: give() }) }))),
  'the next of an iterator': (give) => answering(() => reply(iterator({ next: give }))),
  'the return of an iterator': (give) =>
    answering(() => reply(iterator({ next: async () => ends, return: give }), { status: 204 })),
  trailers: (give) => answering(() => reply('x', { trailers: give() })),
  'a function for trailers': (give) => answering(() => reply('x', { trailers: give })),
  'trustedProxies.check': (give) => {
    try {
      TrustedProxies.from({ check: give }).trusts('10.0.0.1');
    } catch {
      // It says that no promise fits.
    }
  },
  SNICallback: (give) => guardedSniCallback(give, () => undefined)('a', () => undefined),
  'the write of a log': (give) => {
    const lines = new LineStream({ write: give }, { defer: (run) => run(), warn: () => undefined });
    lines.line('a\n');
    lines.flush();
  },
  'a task of a limiter': (give) => {
    createLimiter()
      .run(give)
      .catch(() => undefined);
  },
  'a wait of a task': (give) =>
    createLimiter().run(async ({ waiting }) => {
      void waiting(give());
    }),
};

function iterator(members: object): AsyncIterable<string> {
  const made = { [Symbol.asyncIterator]: () => made, ...members };
  return made as unknown as AsyncIterable<string>;
}

describe.each(Object.entries(SEAMS))('%s', (_seam, act) => {
  test.each(REJECTED)('may give a promise that rejects, %s', async (_kind, make) => {
    await act(make as Give);
    await turns();
  });
});
