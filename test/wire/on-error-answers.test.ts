// What onError gives: it is sent, or given up where nobody waits for it.

import { describe, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { expectNoEscapes, turns } from '../support/escapes.js';
import { get, serve } from '../support/test-server.js';
import { mistake, statuses, THENABLES } from './thenable-answers.js';

expectNoEscapes();

/** By name: what goes wrong where nobody waits for what `onError` gives. */
const UNANSWERED: [string, Partial<ServerOptions>, string][] = [
  [
    'an observer throws',
    {
      observer: {
        requestStarted() {
          throw mistake;
        },
      },
    },
    get(),
  ],
  [
    'onFault throws',
    {
      onFault() {
        throw mistake;
      },
    },
    'GET / HTTP/1.1\r\n\r\n',
  ],
  [
    'priority throws',
    {
      priority() {
        throw mistake;
      },
    },
    get(),
  ],
  [
    'waitUntil is given what rejects',
    {
      fetch(_request, context) {
        context.waitUntil(Promise.reject(mistake));
        return reply('x');
      },
    },
    get(),
  ],
  [
    'a stream fails late',
    {
      fetch: () =>
        reply(
          (function* () {
            yield 'x';
            throw mistake;
          })(),
        ),
    },
    get(),
  ],
];

describe.each(UNANSWERED)('what onError gives where %s', (_when, options, request) => {
  /** A boundary: what JavaScript lets onError give. */
  async function told(onError: () => unknown): Promise<void> {
    const served = await serve({
      fetch: () => reply('x'),
      ...options,
      onError: onError as NonNullable<ServerOptions['onError']>,
    });
    await served.send(request);
    while (served.errors.length === 0) await turns();
    await turns();
  }

  test.each(THENABLES)('may be a thenable that %s', (_what, make) => told(make));

  test('may be a promise that rejects', () => told(() => Promise.reject(mistake)));

  test.each<[string, (body: ReadableStream) => unknown]>([
    ['a Reply', (body) => reply(body)],
    ['a Response', (body) => new Response(body)],
    ['a promise of one', async (body) => reply(body)],
  ])('is given up where it is %s with a stream', async (_what, make) => {
    let [begun, cancelled] = [0, 0];
    await told(() => {
      begun++;
      return make(new ReadableStream({ cancel: () => void cancelled++ }));
    });
    expect(cancelled).toBe(begun);
  });
});

test('a Response that onError gives is read ahead, as a handler’s is', async () => {
  const ways = [() => new Response('sorry', { status: 418 }), async () => new Response('sorry')];
  for (const onError of ways) {
    const served = await serve({
      fetch() {
        throw mistake;
      },
      onError,
    });
    const response = await (await served.send(get())).response();
    expect([response.get('content-length'), response.text]).toEqual(['5', 'sorry']);
  }
});

test('a Response of onError’s whose stream fails at once is a 500', async () => {
  const served = await serve({
    fetch() {
      throw mistake;
    },
    onError: () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.error(mistake);
          },
        }),
      ),
  });
  expect(await statuses(served)).toEqual([500, 500]);
});
