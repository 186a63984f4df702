// What one request keeps in an AsyncLocalStorage is no other's, wherever its handler is started from.

import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { gate, get, serve } from '../support/test-server.js';

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

test('requests that start in one turn see nothing of each other', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen = new Map<string, string | undefined>();
  const first = gate();
  let slots = 1;
  const served = await serve({
    concurrency: 4,
    queue: { law: 'timed', waitMs: 60_000 },
    fetch: async (_request, { target }) => {
      seen.set(target, storage.getStore());
      storage.enterWith(target);
      if (slots++ <= 4) await first.promise;
      return reply('');
    },
  });
  const targets = Array.from({ length: 8 }, (_, i) => `/${i}`);
  const clients = [];
  for (const target of targets) clients.push(await served.send(get(target)));
  await loopUntil(() => served.server.stats().queued === 4);
  first.open();
  for (const client of clients) await client.response();
  expect([...seen]).toEqual(targets.map((target) => [target, undefined]));
});

describe('a request that was pipelined sees nothing of the one before it', () => {
  const replies = {
    'whole reply': () => reply('a'),
    'long reply': () => reply('a'.repeat(300_000)),
    'streamed reply': () =>
      reply(
        (async function* () {
          yield 'a';
          await new Promise(setImmediate);
          yield 'b';
        })(),
      ),
  };

  test.each(Object.entries(replies))('with a %s', async (_name, make) => {
    const storage = new AsyncLocalStorage<string>();
    const seen = new Map<string, string | undefined>();
    const served = await serve({
      fetch: (_request, { target }) => {
        seen.set(target, storage.getStore());
        return storage.run(target, async () => {
          await new Promise(setImmediate);
          return make();
        });
      },
    });
    const client = await served.send(get('/1') + get('/2') + get('/3'));
    for (let i = 0; i < 3; i++) await client.response();
    expect([...seen]).toEqual([
      ['/1', undefined],
      ['/2', undefined],
      ['/3', undefined],
    ]);
  });
});
