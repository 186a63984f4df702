// Clients that have gone: what they had asked for ends soon after them.

import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Answer, reply, type Server } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { get, postChunked, serve } from '../support/test-server.js';

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
  await loopUntil(() => openCount(served.server) === 0);
  expect(openCount(served.server)).toBe(0);
});

function openCount(server: Server): number {
  return Object.values(server.stats().connections).reduce((sum, count) => sum + count, 0);
}

const KIB = 1024;
const MIB = 1024 * KIB;

describe('clients that leave behind content that nobody reads', () => {
  const declared = (length: number): string =>
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
  const chunk = (length: number): string => `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`;
  const sent: Record<string, string> = {
    'content of a declared length': declared(300 * KIB) + 'x'.repeat(300 * KIB),
    'content that is cut short': declared(900 * KIB) + 'x'.repeat(300 * KIB),
    'more content than may be read': declared(3 * MIB) + 'x'.repeat(3 * MIB),
    'chunked content': `${postChunked(chunk(5 * KIB).repeat(60))}0\r\n\r\n`,
    'more chunked content than may be read': postChunked(chunk(64 * KIB).repeat(48)),
    'pipelined requests': get().repeat(10_000),
  };
  const silent: Record<string, (request: Request) => Answer> = {
    'an event stream': () => reply(new ReadableStream()),
    'a stream that cancels the content': (request) => {
      void request.body?.cancel();
      return reply(new ReadableStream());
    },
    'a generator that has read a part': (request) =>
      reply(
        (async function* () {
          await request.body?.getReader().read();
          yield 'event\n';
          await new Promise(() => undefined);
        })(),
      ),
  };
  // A handler that has begun to read the content decides when it reads on.
  const cases = Object.keys(sent).flatMap((what) =>
    Object.keys(silent)
      .filter((answer) => !what.startsWith('more') || !answer.includes('a part'))
      .flatMap((answer) => (['end', 'destroy', 'reset'] as const).map((by) => [what, answer, by])),
  ) as [string, string, 'end' | 'destroy' | 'reset'][];

  test.each(cases)('%s, answered by %s: found (%s)', async (what, answer, by) => {
    const served = await serve({
      limits: { peerEndedMs: 100 },
      fetch: (request) => silent[answer]?.(request) as Answer,
    });
    const client = await served.connect();
    await client.sent(sent[what] as string);
    await client.head();
    if (by === 'reset') client.reset();
    else client.socket[by]();
    await loopUntil(() => openCount(served.server) === 0);
    expect(served.errors).toEqual([]);
  });

  test('an echo that begins late gets all that was sent', async () => {
    const length = 6 * MIB;
    const served = await serve({
      limits: { peerEndedMs: 300, bodyBytesMax: length },
      fetch: (request) =>
        reply(
          (async function* () {
            // Three looks long.
            await loopUntil(() => served.server.stats().bytes > 5 * MIB);
            for await (const piece of request.body ?? []) yield piece;
          })(),
        ),
    });
    const client = await served.send(declared(length));
    client.send(new Uint8Array(length).fill(120));
    expect((await client.response()).body.length).toBe(length);
  });
});
