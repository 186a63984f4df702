// Admission as clients see it: how many handlers run, who waits, who is refused.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import type { RawClient } from '../support/raw-client.js';
import {
  Arrivals,
  type Gate,
  gate,
  get,
  post,
  type Served,
  serve,
} from '../support/test-server.js';

/** A handler for `/slow…` that waits to be told, and for others that answers at once. */
function gated(): {
  readonly fetch: Parameters<typeof serve>[0]['fetch'];
  /** Targets of slow requests, in the order in which their handlers started. */
  readonly started: Arrivals<string>;
  readonly running: { now: number; max: number };
  finish(target: string): void;
} {
  const gates = new Map<string, Gate>();
  const gateOf = (target: string): Gate => {
    const there = gates.get(target) ?? gate();
    gates.set(target, there);
    return there;
  };
  const started = new Arrivals<string>();
  const running = { now: 0, max: 0 };
  return {
    started,
    running,
    finish: (target) => gateOf(target).open(),
    async fetch(_request, { target }) {
      running.now++;
      running.max = Math.max(running.max, running.now);
      if (target.startsWith('/slow')) {
        started.add(target);
        await gateOf(target).promise;
      }
      running.now--;
      return reply(target);
    },
  };
}

async function sendEach(served: Served, targets: readonly string[]): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (const target of targets) {
    clients.push(await served.send(get(target)));
    const sent = clients.length;
    // In the order of the list: the next is sent when this one has arrived.
    await loopUntil(() => {
      const { inFlight, queued, limit } = served.server.stats();
      // Where a slot is free, who waits will have it in a turn or two.
      return inFlight + queued === sent && (queued === 0 || inFlight === limit);
    });
  }
  return clients;
}

describe('concurrency', () => {
  test('four run at a time, the fifth waits its turn, in the order of arrival', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 4,
      queue: { law: 'timed', waitMs: 60_000 },
      fetch: handler.fetch,
    });
    const targets = ['/slow1', '/slow2', '/slow3', '/slow4', '/slow5', '/slow6'];
    const clients = await sendEach(served, targets);
    expect(handler.started.count).toBe(4);
    expect(served.server.stats()).toMatchObject({ inFlight: 4, queued: 2, limit: 4, started: 4 });
    for (const target of targets.slice(0, 4)) expect(await handler.started.next()).toBe(target);
    handler.finish('/slow3');
    expect(await handler.started.next()).toBe('/slow5');
    expect((await clients[2]?.response())?.text).toBe('/slow3');
    handler.finish('/slow1');
    expect(await handler.started.next()).toBe('/slow6');
    for (const target of targets) handler.finish(target);
    for (const index of [0, 1, 3, 4, 5])
      expect((await clients[index]?.response())?.text).toBe(targets[index]);
    expect(handler.running.max).toBe(4);
    expect(served.server.stats()).toMatchObject({ inFlight: 0, queued: 0, started: 6 });
  });

  test('one slow request holds no other up', async () => {
    const handler = gated();
    const served = await serve({ concurrency: 4, fetch: handler.fetch });
    const slow = await served.send(get('/slow'));
    await handler.started.next();
    const client = await served.connect();
    for (let i = 0; i < 20; i++) expect((await client.send(get('/')).response()).text).toBe('/');
    expect(slow.unread).toBe(0);
    handler.finish('/slow');
    expect((await slow.response()).text).toBe('/slow');
  });

  test('a slow sender of short content holds no slot', async () => {
    const served = await serve({
      concurrency: 1,
      fetch: async (request) => reply(await request.text()),
    });
    const slow = await served.send(post('abc').slice(0, -1));
    await loopUntil(() => served.server.stats().connections['reading-body'] === 1);
    const client = await served.send(post('xyz'));
    expect((await client.response()).text).toBe('xyz');
    slow.send('c');
    expect((await slow.response()).text).toBe('abc');
  });

  test('a slow reader of a reply holds no slot, unless hold is body', async () => {
    const big = new Uint8Array(32 * 1024 * 1024);
    for (const [hold, inFlight] of [
      ['handler', 0],
      ['body', 1],
    ] as const) {
      const served = await serve({
        concurrency: { algorithm: 'fixed', initial: 1, hold },
        queue: { waitMs: 60_000 },
        fetch: (_request, { target }) => reply(target === '/big' ? [big] : 'x'),
      });
      const slow = await served.connect();
      slow.pause();
      slow.send(get('/big'));
      await loopUntil(() => served.server.stats().connections.writing === 1);
      expect(served.server.stats().inFlight).toBe(inFlight);
      const client = await served.send(get());
      if (hold === 'body') await loopUntil(() => served.server.stats().queued === 1);
      else expect((await client.response()).text).toBe('x');
      slow.resume();
      expect((await slow.response()).body.length).toBe(big.length);
      if (hold === 'body') expect((await client.response()).text).toBe('x');
      await loopUntil(() => served.server.stats().inFlight === 0);
    }
  });

  test('a slot is free again after every way in which a request can end', async () => {
    const handler = gated();
    const mistake = new Error('mistake');
    const served = await serve({
      concurrency: 1,
      queue: { waitMs: 60_000 },
      fetch(request, context) {
        if (context.target === '/throw') throw mistake;
        if (context.target === '/cut')
          return reply(
            (async function* () {
              yield 'a';
              throw mistake;
            })(),
          );
        return handler.fetch(request, context);
      },
    });
    for (const target of ['/throw', '/cut', '/x']) {
      const client = await served.send(get(target));
      await client.head();
      client.socket.destroy();
    }
    const gone = await served.send(get('/slow'));
    await handler.started.next();
    gone.reset();
    handler.finish('/slow');
    const last = await served.send(get('/last'));
    expect((await last.response()).text).toBe('/last');
    await loopUntil(() => served.server.stats().inFlight === 0);
  });
});

describe('the queue', () => {
  test('beyond entriesMax: 503 with Retry-After, and the connection goes on', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 60_000, entriesMax: 2 },
      fetch: handler.fetch,
    });
    const clients = await sendEach(served, ['/slow1', '/slow2', '/slow3']);
    const refused = await served.send(get('/slow4'));
    const response = await refused.response();
    expect(response.status).toBe(503);
    expect(Number(response.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(response.closes).toBe(false);
    expect(served.server.stats().refused).toBe(1);
    for (const target of ['/slow1', '/slow2', '/slow3']) handler.finish(target);
    for (const client of clients) expect((await client.response()).status).toBe(200);
    expect((await refused.send(get('/again')).response()).text).toBe('/again');
    expect(served.errors).toEqual([]);
    expect(served.faults).toEqual([]);
  });

  test('who waited for waitMs is refused, though no slot came free', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 30 },
      fetch: handler.fetch,
    });
    const [running, waiting] = await sendEach(served, ['/slow1', '/slow2']);
    expect((await waiting?.response())?.status).toBe(503);
    handler.finish('/slow1');
    expect((await running?.response())?.status).toBe(200);
    expect(handler.started.count).toBe(1);
  });

  test('whose deadline passes while it waits is refused', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 60_000 },
      deadline: ({ target }) => (target === '/slow2' ? 30 : undefined),
      fetch: handler.fetch,
    });
    const [running, waiting] = await sendEach(served, ['/slow1', '/slow2']);
    expect((await waiting?.response())?.status).toBe(503);
    handler.finish('/slow1');
    expect((await running?.response())?.status).toBe(200);
  });

  test('a higher class goes first', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 60_000 },
      priority: ({ headers }) => (headers.get('class') ?? 'default') as 'default',
      fetch: handler.fetch,
    });
    const clients = await sendEach(served, ['/slow0']);
    for (const name of ['sheddable', 'default', 'critical']) {
      clients.push(await served.send(get(`/slow-${name}`, `Class: ${name}\r\n`)));
      await loopUntil(() => served.server.stats().queued === clients.length - 1);
    }
    for (const target of ['/slow0', '/slow-critical', '/slow-default', '/slow-sheddable']) {
      expect(await handler.started.next()).toBe(target);
      handler.finish(target);
    }
    for (const client of clients) expect((await client.response()).status).toBe(200);
  });

  test('bytes of a refused request are read past: the next request is the next', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 60_000, entriesMax: 1 },
      fetch: handler.fetch,
    });
    await sendEach(served, ['/slow1', '/slow2']);
    const client = await served.send(post('GET /no HTTP/1.1\r\n\r\n') + post('x'.repeat(1000)));
    const responses = await client.responses(2);
    expect(responses.map(({ status }) => status)).toEqual([503, 503]);
    handler.finish('/slow1');
    handler.finish('/slow2');
  });
});

describe('health', () => {
  test('is answered though every slot is taken; readiness says no while draining', async () => {
    const handler = gated();
    const served = await serve({
      concurrency: 1,
      health: { live: '/live', ready: '/ready' },
      fetch: handler.fetch,
    });
    const [slow] = await sendEach(served, ['/slow']);
    const client = await served.send(get('/live?x') + get('/ready'));
    expect((await client.responses(2)).map(({ status }) => status)).toEqual([200, 200]);
    const closing = served.server.close();
    client.send(get('/ready'));
    const draining = await client.response();
    expect(draining.status).toBe(503);
    expect(draining.closes).toBe(true);
    handler.finish('/slow');
    expect((await slow?.response())?.closes).toBe(true);
    for (const each of [slow, client]) each?.finish();
    await closing;
  });
});

describe('connectionsMax', () => {
  test('closes who comes beyond it at once, and takes others when there is room', async () => {
    const handler = gated();
    const served = await serve({ fetch: handler.fetch, limits: { connectionsMax: 1 } });
    const client = await served.send(get('/slow'));
    expect(await handler.started.next()).toBe('/slow');
    const refused = await served.connect();
    expect(['fin', 'reset']).toContain(await refused.ended);
    handler.finish('/slow');
    expect((await client.response()).text).toBe('/slow');
    client.finish();
    await client.ended;
    await loopUntil(() => served.server.stats().connections['keep-alive'] === 0);
    const next = await served.send(get());
    expect((await next.response()).text).toBe('/');
  });

  test('ends the connection that is idle longest for who comes beyond it', async () => {
    const served = await serve({ fetch: () => reply('x'), limits: { connectionsMax: 2 } });
    const first = await served.send(get());
    expect((await first.response()).text).toBe('x');
    const second = await served.send(get());
    expect((await second.response()).text).toBe('x');
    const third = await served.send(get());
    expect((await third.response()).text).toBe('x');
    expect(await first.ended).toBe('fin');
    expect(first.unread).toBe(0);
    expect((await second.send(get()).response()).text).toBe('x');
    expect(served.server.stats().connectionsRefused).toBe(0);
  });
});
