import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink, type SimulatedTransport } from '../../src/testing/network/index.js';
import type { LinkOptions } from '../../src/testing/network/link-options.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

// How long `close()` takes where nobody has anything to ask.

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

interface Visit {
  readonly client: SimulatedTransport;
  readonly heard: RecordingSink;
}

function serve(link: LinkOptions = {}): SimulatedServer {
  return createSimulatedServer({ fetch: () => reply('x') }, { link });
}

/** A client that asks, and ends when the server does, unless it is `halfOpen`. */
function visit({ network }: SimulatedServer, text: string, halfOpen = false): Visit {
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  if (text !== '') client.write(text);
  const { onFin } = heard;
  if (!halfOpen)
    heard.onFin = (now) => {
      onFin.call(heard, now);
      client.destroy();
    };
  return { client, heard };
}

/** So long `close()` takes, from `atMs` on. */
async function closeTook({ server, clock }: SimulatedServer, atMs: number): Promise<number> {
  let tookMs = Number.NaN;
  clock.at(atMs, () => {
    void server.close().then(() => {
      tookMs = clock.now - atMs;
    });
  });
  await clock.runAsync({ until: atMs + 20_000 });
  return tookMs;
}

describe('close() of a server that nobody uses', () => {
  test.each([
    ['was used a moment ago', GET, 5, 60],
    ['was used a while ago', GET, 100, 5],
    ['was never used', '', 100, 5],
    ['has just come', '', 3, 60],
  ])('takes no second for a connection that %s', async (_what, text, atMs, mostMs) => {
    const simulated = serve();
    const { heard } = visit(simulated, text);
    expect(await closeTook(simulated, atMs)).toBeLessThan(mostMs);
    expect(heard.finCount).toBe(1);
  });

  test.each([
    ['was used a moment ago', GET, 5, 600],
    ['was used a while ago', GET, 5000, 5],
    ['was never used', '', 100, 5],
  ])('does not wait for the FIN of a client that %s', async (_what, text, atMs, mostMs) => {
    const simulated = serve();
    const { heard } = visit(simulated, text, true);
    expect(await closeTook(simulated, atMs)).toBeLessThan(mostMs);
    expect(heard.finCount).toBe(1);
  });
});

describe('close() answers the request that lies unread in the socket of an idle connection', () => {
  test.each([
    ['was used', GET],
    ['was never used', ''],
  ])('which %s', async (_what, text) => {
    for (const stopMs of [10, 200, 20_000]) {
      for (const options of [{}, { graceMs: 5 }]) {
        const simulated = serve({ latencyMs: 10 });
        const { clock, server } = simulated;
        const { heard, client } = visit(simulated, text);
        let report: unknown;
        // Comes while the loop stands still, right before `close()`.
        clock.at(995, () => client.write(GET));
        clock.at(1000, () => {
          clock.spend(stopMs);
          void server.close(options).then((given) => {
            report = given;
          });
        });
        await clock.runAsync({ until: 40_000 });
        expect(heard.text.split(' 200 OK').length - 1).toBe(text === '' ? 1 : 2);
        expect(heard.text).toContain('Connection: close');
        expect([heard.finCount, report]).toEqual([1, { finished: 1, refused: 0, cutOff: 0 }]);
      }
    }
  });
});

interface Loaded {
  readonly clients: number;
  /** Between the end of a response and the next request. */
  readonly pauseMs: number;
  readonly latencyMs: number;
  /** Responses are streams of 300 ms, whose heads leave at once. */
  readonly streams?: boolean;
}

/** Clients ask one request after the other, each on a connection that it keeps, until they are told that it was the last. */
async function askAndClose(atMs: number, loaded: Loaded): Promise<void> {
  const { clients, pauseMs, latencyMs, streams } = loaded;
  const simulated: SimulatedServer = createSimulatedServer(
    { fetch: () => (streams ? reply(slowly(simulated)) : reply('xyz')) },
    { link: { latencyMs } },
  );
  const { clock, server } = simulated;
  const visits = Array.from({ length: clients }, (_, i) => {
    const { heard, client } = visit(simulated, '');
    let asked = 0;
    const ask = (): void => {
      // Who has read the last response, or the end, comes no more.
      if (client.closed || heard.text.includes('Connection: close')) return;
      client.write(GET);
      asked++;
    };
    const { onBytes } = heard;
    heard.onBytes = (bytes, now) => {
      const before = answersTo(heard);
      onBytes.call(heard, bytes, now);
      if (answersTo(heard) > before) clock.after(pauseMs, ask);
    };
    clock.at(5 * i, ask);
    return { heard, asked: () => asked };
  });
  let report: unknown;
  clock.at(atMs, () => {
    void server.close().then((given) => {
      report = given;
    });
  });
  await clock.runAsync({ until: atMs + 15_000 });
  for (const { heard, asked } of visits) expect(answersTo(heard)).toBe(asked());
  expect(report).toMatchObject({ refused: 0, cutOff: 0 });
}

/** How many responses have come to their end. */
function answersTo({ text }: RecordingSink): number {
  return text.match(/xyz|\r\n0\r\n\r\n/g)?.length ?? 0;
}

async function* slowly({ sleep }: SimulatedServer): AsyncGenerator<string> {
  for (let i = 0; i < 3; i++) {
    yield 'x';
    await sleep(100);
  }
}

describe('close() of a server under load answers every request that crosses it', () => {
  test.each<[string, Loaded]>([
    ['of many clients', { clients: 20, pauseMs: 100, latencyMs: 1 }],
    ['of few clients', { clients: 2, pauseMs: 120, latencyMs: 20 }],
    ['of one that asks now and then', { clients: 1, pauseMs: 400, latencyMs: 40 }],
    // The head of a stream has left long before, and did not say that it is the last response.
    ['behind streams', { clients: 5, pauseMs: 0, latencyMs: 5, streams: true }],
    ['behind a stream, on its own', { clients: 1, pauseMs: 20, latencyMs: 1, streams: true }],
  ])('%s', async (_what, loaded) => {
    // A server that had little to do so far takes a moment's silence for the end.
    const roundMs = loaded.pauseMs + 2 * loaded.latencyMs + (loaded.streams ? 300 : 0);
    const fromMs = 20 * roundMs;
    for (let afterMs = 0; afterMs < roundMs + 100; afterMs += 17)
      await askAndClose(fromMs + afterMs, loaded);
  });
});

test('close() takes no longer than a second for a connection that is idle while others ask', async () => {
  const simulated = serve();
  const { clock, network } = simulated;
  const idle = visit(simulated, GET);
  // New connections are let in all the while, as another listener would.
  const ask = (): void => {
    if (clock.now > 4000) return;
    const client = network.connect(() => new RecordingSink());
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    clock.after(10, ask);
  };
  ask();
  clock.at(500, () => void simulated.server.close());
  await clock.runAsync({ until: 1200 });
  expect(idle.heard.finCount).toBe(1);
});
