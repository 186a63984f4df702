// What one request keeps in an AsyncLocalStorage is no other's, wherever its handler is started from.

import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { gate, get, serve } from '../support/served.js';

test('a request that has waited in the queue sees nothing of who made room for it', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen = new Map<string, string | undefined>();
  const first = gate();
  const served = await serve({
    concurrency: 1,
    queue: { law: 'timed', waitMs: 60_000 },
    fetch: async (_request, { target }) => {
      seen.set(target, storage.getStore());
      storage.enterWith(target);
      if (target === '/first') await first.promise;
      return reply(String(storage.getStore()));
    },
  });
  const holder = await served.send(get('/first'));
  await loopUntil(() => served.server.stats().inFlight === 1);
  const waiting = [];
  for (const target of ['/second', '/third', '/fourth'])
    waiting.push(await served.send(get(target)));
  await loopUntil(() => served.server.stats().queued === 3);
  first.open();
  expect((await holder.response()).text).toBe('/first');
  for (const client of waiting) await client.response();
  expect([...seen]).toEqual([
    ['/first', undefined],
    ['/second', undefined],
    ['/third', undefined],
    ['/fourth', undefined],
  ]);
});
