import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink, type SimulatedTransport } from '../../src/testing/network/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

// How long `close()` takes where nobody has anything to ask.

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

interface Visit {
  readonly client: SimulatedTransport;
  readonly heard: RecordingSink;
}

function serve(): SimulatedServer {
  return createSimulatedServer({ fetch: () => reply('x') });
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

// Each client asks again each 100 ms, on a connection that it keeps: at any moment a request is on its way.
test('close() of a server under load answers every request that crosses it', async () => {
  for (let atMs = 500; atMs < 600; atMs += 7) {
    const simulated = serve();
    const { clock, server } = simulated;
    const visits = Array.from({ length: 20 }, (_, i) => {
      const one = visit(simulated, '');
      let asked = 0;
      const ask = (): void => {
        // Who has read the last response, or the end, comes no more.
        if (one.client.closed || one.heard.text.includes('Connection: close')) return;
        one.client.write(GET);
        asked++;
        clock.after(100, ask);
      };
      clock.at(5 * i, ask);
      return { ...one, asked: () => asked };
    });
    let report: unknown;
    clock.at(atMs, () => {
      void server.close().then((given) => {
        report = given;
      });
    });
    await clock.runAsync({ until: 5000 });
    for (const { heard, asked } of visits)
      expect(heard.text.match(/ 200 OK/g)?.length).toBe(asked());
    expect(report).toMatchObject({ refused: 0, cutOff: 0 });
  }
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
