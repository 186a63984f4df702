import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Answer, RequestContext, ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { RecordingSink, type SimulatedTransport } from '../../src/testing/network/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

// A client that has gone holds nothing: neither a stream, nor a connection, nor a slot.

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

interface Ends {
  count: number;
}

/** Streams that give one event and then nothing, and say when they are given up. */
const SILENT: Record<string, (ends: Ends) => Answer> = {
  'a ReadableStream': (ends) => new Response(eventStream(ends)),
  'a ReadableStream in reply()': (ends) => reply(eventStream(ends)),
  'an asynchronous iterator': (ends) => {
    let given = false;
    const body: AsyncIterableIterator<string> = {
      next() {
        if (given) return new Promise(() => undefined);
        given = true;
        return Promise.resolve({ done: false, value: 'event\n' });
      },
      return: async () => {
        ends.count++;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => body,
    };
    return reply(body);
  },
  "a Readable of Node's": (ends) => {
    let given = false;
    return reply(
      new Readable({
        read() {
          if (!given) this.push('event\n');
          given = true;
        },
        destroy(_error, callback) {
          ends.count++;
          callback(null);
        },
      }),
    );
  },
};

function eventStream(ends: Ends): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('event\n'));
    },
    cancel() {
      ends.count++;
    },
  });
}

interface Visit {
  readonly heard: RecordingSink;
  readonly client: SimulatedTransport;
}

function visit({ network }: SimulatedServer, text = GET): Visit {
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  client.write(text);
  return { heard, client };
}

function serve(
  fetch: (
    request: Request,
    context: RequestContext,
    simulated: SimulatedServer,
  ) => Answer | Promise<Answer>,
  options: Partial<ServerOptions> = {},
): SimulatedServer {
  const simulated = createSimulatedServer({
    concurrency: 4,
    ...options,
    fetch: (request, context) => fetch(request, context, simulated),
  });
  return simulated;
}

function openCount({ server }: SimulatedServer): number {
  return Object.values(server.stats().connections).reduce((sum, count) => sum + count, 0);
}

describe.each(['destroy', 'end'] as const)('a client that leaves by %s', (leave) => {
  test.each(Object.entries(SILENT))(
    'has %s given up, once, within a second or so',
    async (_what, make) => {
      for (const hold of ['handler', 'body'] as const) {
        const ends: Ends[] = [];
        const simulated = serve(
          () => {
            const one = { count: 0 };
            ends.push(one);
            return make(one);
          },
          { concurrency: { algorithm: 'fixed', initial: 4, hold } },
        );
        const { clock, server } = simulated;
        const clients = Array.from({ length: 4 }, () => visit(simulated));
        await clock.runAsync({ until: 100 });
        for (const { heard } of clients) expect(heard.text).toContain('event');
        for (const { client } of clients) client[leave]();
        await clock.runAsync({ until: 1000 });
        expect(openCount(simulated)).toBe(4);
        await clock.runAsync({ until: 1300 });
        expect(openCount(simulated)).toBe(0);
        expect(server.stats().inFlight).toBe(0);
        expect(ends.map(({ count }) => count)).toEqual([1, 1, 1, 1]);
        await clock.runAsync();
        expect(ends.map(({ count }) => count)).toEqual([1, 1, 1, 1]);
      }
    },
  );

  test('holds no connection and no slot though its generator waits for ever', async () => {
    const simulated = serve(
      () =>
        reply(
          (async function* () {
            yield 'event\n';
            await new Promise(() => undefined);
          })(),
        ),
      { concurrency: { algorithm: 'fixed', initial: 4, hold: 'body' } },
    );
    const { client } = visit(simulated);
    await simulated.clock.runAsync({ until: 100 });
    client[leave]();
    await simulated.clock.runAsync({ until: 1300 });
    expect(openCount(simulated)).toBe(0);
    expect(simulated.server.stats().inFlight).toBe(0);
  });

  test('holds no connection though its stream has not begun, and none though its handler never answers', async () => {
    const completions: string[] = [];
    const simulated = serve(async (request, context) => {
      void context.completed.then(({ reason }) => completions.push(`${context.target} ${reason}`));
      request.signal.addEventListener('abort', () =>
        completions.push(request.signal.reason.reason),
      );
      if (context.target === '/x') return reply(new ReadableStream());
      return new Promise(() => undefined);
    });
    const stream = visit(simulated);
    const pending = visit(simulated, GET.replace('/x', '/never'));
    await simulated.clock.runAsync({ until: 100 });
    stream.client[leave]();
    pending.client[leave]();
    await simulated.clock.runAsync({ until: 4500 });
    expect(openCount(simulated)).toBe(1);
    await simulated.clock.runAsync({ until: 5300 });
    expect(openCount(simulated)).toBe(0);
    expect(completions).toEqual(['peerEnded', 'peerEnded', '/x peerEnded', '/never peerEnded']);
  });

  test('holds no place in the queue', async () => {
    const simulated = serve(() => new Promise(() => undefined), {
      concurrency: 1,
      queue: { law: 'timed', waitMs: 600_000 },
    });
    visit(simulated);
    await simulated.clock.runAsync({ until: 50 });
    const { client } = visit(simulated);
    await simulated.clock.runAsync({ until: 100 });
    expect(simulated.server.stats().queued).toBe(1);
    client[leave]();
    await simulated.clock.runAsync({ until: 5300 });
    expect(simulated.server.stats().queued).toBe(0);
    expect(openCount(simulated)).toBe(1);
  });
});

describe('a client that has ended its side and reads on', () => {
  test('gets an answer that comes within peerEndedMs, whole', async () => {
    const simulated = serve(async (_request, _context, { sleep }) => {
      await sleep(4500);
      return reply('late');
    });
    const { heard, client } = visit(simulated);
    client.end();
    await simulated.clock.runAsync();
    expect(heard.text).toMatch(/ 200 OK[\s\S]*late$/);
  });

  test('gets a stream whole that is never silent for a second', async () => {
    const simulated = serve((_request, _context, { sleep }) =>
      reply(
        (async function* () {
          for (let i = 0; i < 20; i++) {
            await sleep(900);
            yield `${i}\n`;
          }
        })(),
      ),
    );
    const { heard, client } = visit(simulated);
    client.end();
    await simulated.clock.runAsync();
    expect(heard.text).toMatch(/19\n\r\n0\r\n\r\n$/);
  });

  test('and slowly, gets all: while bytes wait for it, the clocks of writing decide', async () => {
    const simulated = createSimulatedServer({
      fetch: () => reply(Array.from({ length: 20 }, () => new Uint8Array(65_536))),
    });
    const { heard, client } = visit(simulated);
    client.end();
    client.pause();
    simulated.clock.at(20_000, () => client.resume());
    await simulated.clock.runAsync();
    expect(heard.byteCount).toBeGreaterThan(20 * 65_536);
  });

  test('gets what the limit allows: peerEndedMs is an option', async () => {
    for (const [peerEndedMs, answers] of [
      [300, 0],
      [3000, 1],
    ] as const) {
      const simulated = serve(
        async (_request, _context, { sleep }) => {
          await sleep(1000);
          return reply('late');
        },
        { limits: { peerEndedMs } },
      );
      const { heard, client } = visit(simulated);
      client.end();
      await simulated.clock.runAsync();
      expect(heard.text.split('late').length - 1).toBe(answers);
    }
  });
});

test('an event stream whose client is there may be silent for ever', async () => {
  const simulated = serve(() => reply(eventStream({ count: 0 })));
  visit(simulated);
  await simulated.clock.runAsync({ until: 1_000_000 });
  expect(openCount(simulated)).toBe(1);
});
