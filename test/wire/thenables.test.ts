// What a handler gives may be anything that has a `then`. None ends the process, or lets a request hang.

import { describe, expect, test } from 'vitest';
import type { Answer, ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { expectNoEscapes } from '../support/escapes.js';
import { get, serve } from '../support/test-server.js';
import { mistake, statuses, THENABLES } from './thenable-answers.js';

expectNoEscapes();

describe.each(THENABLES)('a thenable that %s', (_what, make, status) => {
  test('is taken once from a handler', async () => {
    const served = await serve({ fetch: () => make() as Answer });
    expect(await statuses(served)).toEqual([status, status]);
    expect(served.server.stats().inFlight).toBe(0);
  });

  test('is taken once from onError', async () => {
    const served = await serve({
      fetch: () => {
        throw mistake;
      },
      onError: () => make() as Answer,
    });
    expect(await statuses(served)).toEqual([status, status]);
  });

  test('is waited for once, and close() settles', async () => {
    const served = await serve({
      fetch(_request, context) {
        context.waitUntil(make() as Promise<void>);
        return reply('x');
      },
    });
    expect(await statuses(served)).toEqual([200, 200]);
    await served.server.close({ graceMs: 60_000 });
  });
});

test.each([[undefined], [null], [7], [{}], ['x']])('waitUntil(%o) has settled', async (value) => {
  const served = await serve({
    fetch(_request, context) {
      context.waitUntil(value as unknown as Promise<void>);
      return reply('x');
    },
  });
  expect(await statuses(served)).toEqual([200, 200]);
  expect(served.errors).toEqual([]);
  await served.server.close({ graceMs: 60_000 });
});

describe('what a handler throws, and is an answer', () => {
  test.each<[string, () => unknown]>([
    ['a Response', () => new Response('go', { status: 403, headers: { 'X-Why': 'no' } })],
    ['a Reply', () => reply('go', { status: 403, headers: { 'X-Why': 'no' } })],
  ])('%s is sent as it is, and no error', async (_what, make) => {
    const ways: ServerOptions['fetch'][] = [
      () => {
        throw make();
      },
      () => Promise.reject(make()),
    ];
    for (const fetch of ways) {
      const served = await serve({ fetch });
      const client = await served.send(get() + get());
      for (const response of await client.responses(2)) {
        expect(response.status).toBe(403);
        expect(response.text).toBe('go');
      }
      expect(served.errors).toEqual([]);
    }
  });
});
