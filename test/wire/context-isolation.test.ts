// What one request keeps in an AsyncLocalStorage is no other's, wherever its handler is started from.

import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createServer, type ListenAddress, type Reply, reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { RawClient } from '../support/raw-client.js';
import { gate, get, onTestEnd, post, type Served, serve } from '../support/test-server.js';
import { pair, tlsClient } from '../support/tls.js';

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

describe.each([
  ['auto', undefined],
  ['auto', 'outer'],
  ['net', undefined],
  ['net', 'outer'],
] as const)('with transport %s and listen() in %s, a handler starts', (transport, outer) => {
  const storage = new AsyncLocalStorage<string | undefined>();

  /** What each handler finds. It enters its target at once, and answers at once or later. */
  async function seenBy(
    how: (target: string) => Reply | Promise<Reply>,
    use: (served: Served) => Promise<void>,
  ): Promise<unknown[]> {
    const seen: unknown[] = [];
    const options = {
      transport,
      fetch: (_request: Request, { target }: { readonly target: string }) => {
        seen.push([target, storage.getStore()]);
        storage.enterWith(target);
        return how(target);
      },
    };
    const served = await storage.run(outer, () => serve(options));
    await use(served);
    return seen;
  }

  const answers = {
    'at once': () => reply('a'),
    later: (target: string) =>
      storage.run(`${target}, later`, async () => {
        await new Promise(setImmediate);
        storage.enterWith(`${target}, last`);
        return reply('a');
      }),
  };

  test.each(Object.entries(answers))(
    'in the context of listen(), where those before it answer %s',
    async (_name, how) => {
      const seen = await seenBy(how, async (served) => {
        const client = await served.send(get('/1') + get('/2') + get('/3'));
        for (let i = 0; i < 3; i++) await client.response();
        client.send(get('/4'));
        await client.response();
        client.send(post('abc', '', '/5').slice(0, -3));
        client.send('abc');
        await client.response();
      });
      expect(seen).toEqual(['/1', '/2', '/3', '/4', '/5'].map((target) => [target, outer]));
    },
  );
});

test.each(['auto', 'net'] as const)(
  'with transport %s each connection has the context of its own listen()',
  async (transport) => {
    const storage = new AsyncLocalStorage<string>();
    const server = createServer({
      transport,
      trustedProxies: ['loopback'],
      fetch: () => reply(storage.getStore()),
    });
    onTestEnd(() => server.close({ graceMs: 0 }));
    const listening = (name: string, where: ListenAddress) =>
      storage.run(name, async () => (await server.listen(where)).port);
    const text = async (client: RawClient, lines = get()) =>
      (await client.send(lines).response()).text;

    const first = await listening('first', {});
    const early = await RawClient.connect(first);
    expect(await text(early)).toBe('first');
    const second = await listening('second', {});
    const behindProxy = await listening('behind a proxy', { proxyProtocol: true });
    const secure = await listening('secure', { tls: pair('local') });
    await expect(listening('in vain', { port: first })).rejects.toThrow('EADDRINUSE');

    expect(await text(early)).toBe('first');
    expect(await text(await RawClient.connect(first))).toBe('first');
    expect(await text(await RawClient.connect(second))).toBe('second');
    const header = `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${get()}`;
    expect(await text(await RawClient.connect(behindProxy), header)).toBe('behind a proxy');
    expect(await text(await tlsClient(secure))).toBe('secure');
  },
);

test('what chooses the class of a request, or observes it, enters no context of its handler', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const served = await serve({
    priority() {
      storage.enterWith('priority');
      return 'default';
    },
    observer: { requestStarted: () => storage.enterWith('observer') },
    fetch: () => {
      seen.push(storage.getStore());
      return reply('a');
    },
  });
  const client = await served.send(get('/1') + get('/2'));
  for (let i = 0; i < 2; i++) await client.response();
  expect(seen).toEqual([undefined, undefined]);
});
