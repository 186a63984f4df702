// RFC 9112 §8 and §9.5: a FIN can't be told from a close, and a reset says that
// nobody is there. Both, in every state of a connection.

import { describe, expect, test } from 'vitest';
import { type Completion, reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import type { RawClient } from '../support/raw-client.js';
import {
  Arrivals,
  type Gate,
  gate,
  get,
  post,
  postChunked,
  type Served,
  serve,
} from '../support/test-server.js';

const openConnections = (served: Served): number =>
  Object.values(served.server.stats().connections).reduce((sum, count) => sum + count);

/** All let go: no connection, slot or byte is left over. */
async function expectNothingLeft(served: Served): Promise<void> {
  await loopUntil(() => openConnections(served) === 0 && served.server.stats().inFlight === 0);
  expect(served.server.stats()).toMatchObject({ inFlight: 0, queued: 0, bytes: 0 });
}

interface Scene {
  readonly served: Served;
  readonly client: RawClient;
  /** Lets the handler, or its stream, go on. */
  readonly go: Gate;
  readonly signals: Arrivals<AbortSignal>;
  readonly completions: Arrivals<Completion>;
  /** How the reply's stream ended: `finished`, or `returned` early. */
  readonly streams: Arrivals<string>;
}

/** One slot. `/wait` answers when told; `/stream` sends a piece, and the rest when told; `/read` echoes. */
async function scene(bytes: string, options: object = {}): Promise<Scene> {
  const go = gate();
  const signals = new Arrivals<AbortSignal>();
  const completions = new Arrivals<Completion>();
  const streams = new Arrivals<string>();
  async function* stream(): AsyncGenerator<string> {
    let how = 'returned';
    try {
      yield 'begun ';
      await go.promise;
      yield 'ended';
      how = 'finished';
    } finally {
      streams.add(how);
    }
  }
  const served = await serve({
    concurrency: 1,
    queue: { waitMs: 60_000 },
    ...options,
    async fetch(request, context) {
      signals.add(request.signal);
      void context.completed.then((completion) => completions.add(completion));
      if (context.target === '/stream') return reply(stream());
      if (request.method === 'POST') return reply(await request.text());
      if (context.target === '/wait') await go.promise;
      return reply('answer');
    },
  });
  const client = await served.send(bytes);
  return { served, client, go, signals, completions, streams };
}

/** A request that holds the only slot until `go`. */
async function holdSlot({ served, signals }: Scene): Promise<RawClient> {
  const holder = await served.send(get('/wait'));
  await signals.next();
  return holder;
}

describe('FIN', () => {
  test('on a new connection: closed without a word', async () => {
    const { served, client } = await scene('');
    client.finish();
    expect(await client.ended).toBe('fin');
    expect(client.unread).toBe(0);
    await expectNothingLeft(served);
    expect(served.faults).toEqual([]);
  });

  test('between requests: closed without a word', async () => {
    const { served, client } = await scene(get());
    await client.response();
    client.finish();
    expect(await client.ended).toBe('fin');
    expect(client.unread).toBe(0);
    await expectNothingLeft(served);
    expect(served.faults).toEqual([]);
  });

  test('after an empty line: closed without a word', async () => {
    const { served, client } = await scene('\r\n');
    client.finish();
    expect(await client.ended).toBe('fin');
    await expectNothingLeft(served);
  });

  test.each(['G', 'GET / HTTP/1.1\r\n', get().slice(0, -1)])(
    'in a head (%j): 400, for it may still read',
    async (bytes) => {
      const { served, client } = await scene(bytes);
      client.finish();
      const response = await client.response();
      expect(response.status).toBe(400);
      expect(response.closes).toBe(true);
      expect(await client.ended).toBe('fin');
      await expectNothingLeft(served);
      expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_HEAD_TRUNCATED']);
    },
  );

  test('in short content, before the handler: 400, and no handler', async () => {
    const { served, client, signals } = await scene(post('abc').slice(0, -1));
    client.finish();
    expect((await client.response()).status).toBe(400);
    expect(await client.ended).toBe('fin');
    await expectNothingLeft(served);
    expect(signals.count).toBe(0);
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TRUNCATED']);
  });

  test('in content that the handler reads: 400', async () => {
    const { served, client, signals } = await scene(postChunked('3\r\nab'));
    await signals.next();
    client.finish();
    const response = await client.response();
    expect(response.status).toBe(400);
    expect(response.closes).toBe(true);
    await expectNothingLeft(served);
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TRUNCATED']);
    expect(served.errors).toEqual([]);
  });

  test('in trailers: 400', async () => {
    const { served, client } = await scene(postChunked('3\r\nabc\r\n0\r\nSum: 1\r\n'));
    client.finish();
    expect((await client.response()).status).toBe(400);
    await expectNothingLeft(served);
  });

  test('in content that the handler does not read: its answer, then the end', async () => {
    const { served, client, signals, go } = await scene(
      postChunked('3\r\nab').replace('POST /', 'GET /wait'),
    );
    const signal = await signals.next();
    client.finish();
    await loopUntil(() => signal.aborted);
    go.open();
    expect((await client.response()).text).toBe('answer');
    expect(await client.ended).toBe('fin');
    await expectNothingLeft(served);
    // Found when it was read past.
    expect(served.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TRUNCATED']);
  });

  test('behind a complete request: it is answered, however early the FIN', async () => {
    const { served, client } = await scene('');
    client.send(get() + post('abc') + get()).finish();
    const texts = (await client.responses(3)).map(({ text }) => text);
    expect(texts).toEqual(['answer', 'abc', 'answer']);
    expect(await client.ended).toBe('fin');
    await expectNothingLeft(served);
    expect(served.faults).toEqual([]);
  });

  test('while the handler runs: its signal aborts, its answer is sent, as the last', async () => {
    const { served, client, go, signals, completions } = await scene(get('/wait') + get());
    const signal = await signals.next();
    client.finish();
    await loopUntil(() => signal.aborted);
    expect(signal.reason).toMatchObject({ reason: 'peerEnded' });
    go.open();
    // The request behind it came before the FIN, and is answered, too.
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['answer', 'answer']);
    expect(await client.ended).toBe('fin');
    expect(await completions.next()).toEqual({ delivered: true });
    await expectNothingLeft(served);
  });

  test('while the reply streams: it goes on to its end', async () => {
    const { served, client, go, signals, completions, streams } = await scene(get('/stream'));
    const signal = await signals.next();
    await client.head();
    expect((await client.chunk()).toString()).toBe('begun ');
    client.finish();
    await loopUntil(() => signal.aborted);
    go.open();
    expect((await client.chunk()).toString()).toBe('ended');
    expect((await client.chunk()).length).toBe(0);
    expect(await client.ended).toBe('fin');
    expect(await streams.next()).toBe('finished');
    expect(await completions.next()).toEqual({ delivered: true });
    await expectNothingLeft(served);
  });

  test('while it waits for a slot: dropped as gone, and never handled', async () => {
    const holding = await scene('');
    const { served, client, go, signals } = holding;
    const holder = await holdSlot(holding);
    client.send(get());
    await loopUntil(() => served.server.stats().queued === 1);
    client.finish();
    // A FIN of less than 10 ms may come with the request; this one has waited longer.
    const since = performance.now();
    await loopUntil(() => performance.now() - since > 20);
    go.open();
    expect((await holder.response()).text).toBe('answer');
    expect(await client.ended).toBe('fin');
    expect(client.unread).toBe(0);
    holder.finish();
    await expectNothingLeft(served);
    expect(signals.count).toBe(0);
  });

  test('after a fault, while sluice lingers: the end', async () => {
    const { served, client } = await scene('bad\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    expect(served.server.stats().connections.closing).toBe(1);
    client.finish();
    await expectNothingLeft(served);
  });
});

describe('a reset', () => {
  test.each<[string, string]>([
    ['on a new connection', ''],
    ['in a head', 'GET / HTTP/1.1\r\nHo'],
    ['in short content', post('abc').slice(0, -1)],
  ])('%s: let go of, and nobody is told', async (_where, bytes) => {
    const { served, client, signals } = await scene(bytes);
    const phase =
      bytes === '' ? 'keep-alive' : bytes.startsWith('GET') ? 'reading-headers' : 'reading-body';
    await loopUntil(() => served.server.stats().connections[phase] === 1);
    client.reset();
    await expectNothingLeft(served);
    expect(signals.count).toBe(0);
    expect(served.faults).toEqual([]);
    expect(served.errors).toEqual([]);
  });

  test('between requests', async () => {
    const { served, client } = await scene(get());
    await client.response();
    client.reset();
    await expectNothingLeft(served);
  });

  test('in content that the handler reads: the read rejects, and nothing is reported', async () => {
    const { served, client, signals, completions } = await scene(postChunked('3\r\nab'));
    const signal = await signals.next();
    client.reset();
    expect(await completions.next()).toEqual({ delivered: false, reason: 'peerReset' });
    expect(signal.reason).toMatchObject({ reason: 'peerReset' });
    await expectNothingLeft(served);
    expect(served.errors).toEqual([]);
  });

  test("while the handler runs: its signal aborts, and its answer is nobody's", async () => {
    const { served, client, go, signals, completions } = await scene(get('/wait'));
    const signal = await signals.next();
    client.reset();
    await loopUntil(() => signal.aborted);
    expect(signal.reason).toMatchObject({ reason: 'peerReset' });
    expect(await completions.next()).toEqual({ delivered: false, reason: 'peerReset' });
    // The slot is the handler's until it has ended.
    expect(served.server.stats().inFlight).toBe(1);
    go.open();
    await expectNothingLeft(served);
    expect(served.errors).toEqual([]);
  });

  test('while the reply streams: the stream is returned, once', async () => {
    const { served, client, go, signals, completions, streams } = await scene(get('/stream'));
    const signal = await signals.next();
    await client.head();
    await client.chunk();
    client.reset();
    expect(await completions.next()).toEqual({ delivered: false, reason: 'peerReset' });
    expect(signal.aborted).toBe(true);
    go.open();
    expect(await streams.next()).toBe('returned');
    await expectNothingLeft(served);
    expect(streams.count).toBe(0);
    expect(served.errors).toEqual([]);
  });

  test('while a stream waits for the client to read: the stream is returned', async () => {
    const streams = new Arrivals<string>();
    const served = await serve({
      fetch: () =>
        reply(
          (function* () {
            try {
              for (;;) yield new Uint8Array(64 * 1024);
            } finally {
              streams.add('returned');
            }
          })(),
        ),
    });
    const client = await served.connect();
    client.pause();
    client.send(get());
    await loopUntil(() => served.server.stats().connections.writing === 1);
    await loopTurns(50);
    client.reset();
    expect(await streams.next()).toBe('returned');
    await expectNothingLeft(served);
  });

  test('while it waits for a slot: withdrawn, and never handled', async () => {
    const holding = await scene('');
    const { served, client, go, signals } = holding;
    const holder = await holdSlot(holding);
    client.send(get());
    await loopUntil(() => served.server.stats().queued === 1);
    client.reset();
    await loopUntil(() => served.server.stats().queued === 0);
    go.open();
    expect((await holder.response()).text).toBe('answer');
    holder.finish();
    await expectNothingLeft(served);
    expect(signals.count).toBe(0);
  });

  test('with requests behind the one that runs: none of them is started', async () => {
    const { served, client, go, signals } = await scene(get('/wait') + get() + get());
    await signals.next();
    client.reset();
    await loopUntil(() => openConnections(served) === 0);
    go.open();
    await expectNothingLeft(served);
    expect(signals.count).toBe(0);
  });

  test('while sluice drains content that nobody read', async () => {
    const served = await serve({ fetch: () => reply('early') });
    const client = await served.send(postChunked('5\r\nab'));
    await client.response();
    client.reset();
    await expectNothingLeft(served);
    expect(served.faults).toEqual([]);
  });

  test('while sluice lingers', async () => {
    const { served, client } = await scene('bad\r\n\r\n');
    await client.response();
    await loopUntil(() => served.server.stats().connections.closing === 1);
    client.reset();
    await expectNothingLeft(served);
  });
});
