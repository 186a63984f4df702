// Clients that have gone: what they had asked for ends soon after them.

import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type Answer, reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { get, serve } from '../support/test-server.js';

test('silent streams are given up, once each, and their connections end', async () => {
  const givenUp: string[] = [];
  const streams: Record<string, () => Answer> = {
    '/stream': () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('event\n'));
          },
          cancel() {
            givenUp.push('/stream');
          },
        }),
      ),
    '/readable': () => {
      const readable = new Readable({
        read() {},
        destroy(error, callback) {
          givenUp.push('/readable');
          callback(error);
        },
      });
      readable.push('event\n');
      return reply(readable);
    },
    '/generator': () =>
      reply(
        (async function* () {
          yield 'event\n';
          await new Promise(() => undefined);
        })(),
      ),
  };
  const served = await serve({
    concurrency: { algorithm: 'fixed', initial: 12, hold: 'body' },
    limits: { peerEndedMs: 100 },
    fetch: (_request, { target }) => streams[target]?.() ?? new Promise<Answer>(() => undefined),
  });
  const targets = Object.keys(streams).flatMap((target) => Array.from({ length: 4 }, () => target));
  const clients = await Promise.all(targets.map((target) => served.send(get(target))));
  for (const client of clients) {
    await client.head();
    expect((await client.chunk()).toString()).toBe('event\n');
  }
  for (const client of clients) client.socket.destroy();
  await loopUntil(() => served.server.stats().connections.writing === 0);
  await loopUntil(() => givenUp.length >= 8);
  expect(givenUp.sort()).toEqual([...Array(4).fill('/readable'), ...Array(4).fill('/stream')]);
  expect(served.server.stats().inFlight).toBe(0);
  expect(served.errors).toEqual([]);
});

test('a handler that never answers keeps no connection of a client that has gone', async () => {
  const served = await serve({
    limits: { peerEndedMs: 100 },
    fetch: () => new Promise<Answer>(() => undefined),
  });
  const client = await served.send(get());
  await loopUntil(() => served.server.stats().started === 1);
  client.socket.destroy();
  const total = (): number =>
    Object.values(served.server.stats().connections).reduce((sum, count) => sum + count, 0);
  await loopUntil(() => total() === 0);
  expect(total()).toBe(0);
});
