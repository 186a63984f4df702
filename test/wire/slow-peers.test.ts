// Slow peers hold bytes, never slots; and those who come in excess take nothing from those who are
// there.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import type { RawClient } from '../support/raw-client.js';
import { gate, get, onTestEnd, type Served, serve } from '../support/test-server.js';

const MIB = 1024 * 1024;
const encoder = new TextEncoder();

/** Events until the test is over. */
function events(over: Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode('data: first\n\n'));
      await over;
      controller.close();
    },
  });
}

async function four(open: (number: number) => Promise<RawClient>): Promise<RawClient[]> {
  return Promise.all([1, 2, 3, 4].map(open));
}

async function serveSlowPeers(hold: 'handler' | 'body'): Promise<Served> {
  const over = gate();
  onTestEnd(() => over.open());
  return serve({
    concurrency: { algorithm: 'fixed', initial: 4, hold },
    queue: { law: 'timed', waitMs: 60_000 },
    async fetch(request, { target }) {
      if (target === '/events')
        return reply(events(over.promise), { headers: { 'Content-Type': 'text/event-stream' } });
      if (target === '/big') return reply([new Uint8Array(16 * MIB)]);
      return reply(`${target} ${(await request.text()).length}`);
    },
  });
}

test('four event streams, four slow readers and four slow posters leave concurrency: 4 free', async () => {
  const served = await serveSlowPeers('handler');
  const streams = await four(() => served.send(get('/events')));
  for (const stream of streams) expect((await stream.head()).status).toBe(200);
  const readers = await four(async () => {
    const client = await served.connect();
    client.pause();
    return client.send(get('/big'));
  });
  await loopUntil(() => served.server.stats().connections.writing === 8);
  const posters = await four(() =>
    served.send('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nslow'),
  );
  await loopUntil(() => served.server.stats().connections['reading-body'] === 4);
  expect(served.server.stats()).toMatchObject({ inFlight: 0, queued: 0, limit: 4 });

  const others = await four((number) => served.send(get(`/${number}`).repeat(25)));
  for (const [i, other] of others.entries()) {
    for (const { status, text } of await other.responses(25))
      expect([status, text]).toEqual([200, `/${i + 1} 0`]);
  }
  for (const poster of posters) {
    poster.send(' post');
    expect((await poster.response()).text).toBe('/slow 9');
  }
  for (const reader of readers) {
    reader.resume();
    expect((await reader.response()).body.length).toBe(16 * MIB);
  }
  expect(served.server.stats().refused).toBe(0);
});

test("with hold: 'body' four event streams take all four slots, as asked for", async () => {
  const served = await serveSlowPeers('body');
  const streams = await four(() => served.send(get('/events')));
  for (const stream of streams) expect((await stream.head()).status).toBe(200);
  const other = await served.send(get('/other'));
  await loopUntil(() => served.server.stats().queued === 1);
  expect(served.server.stats().inFlight).toBe(4);
  streams[0]?.reset();
  expect((await other.response()).text).toBe('/other 0');
});

describe('connectionsMax', () => {
  test('is no way to crowd out those whose requests are under way', async () => {
    let answer: (() => void)[] = [];
    const served = await serve({
      limits: { connectionsMax: 4 },
      fetch: () => new Promise((resolve) => answer.push(() => resolve(reply('served')))),
    });
    const residents = await four(() => served.connect());
    for (let round = 0; round < 10; round++) {
      for (const resident of residents) resident.send(get());
      await loopUntil(() => answer.length === 4);
      const crowd = await Promise.all(Array.from({ length: 10 }, () => served.send(get('/crowd'))));
      for (const one of crowd) {
        await one.ended;
        expect(one.unread).toBe(0);
      }
      for (const one of answer) one();
      answer = [];
      for (const resident of residents) expect((await resident.response()).text).toBe('served');
    }
    expect(served.server.stats().started).toBe(40);
    expect(served.server.stats().connectionsRefused).toBe(100);
  });
});
