import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink } from '../../src/testing/network/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

// What the server holds for all its connections has a budget, and connections give
// way as it is used up.

const KIB = 1024;

/** Clients that ask and never read: their link takes a little and no more. */
const silent = { toClient: { sendBufferBytes: 4 * KIB, receiveBufferBytes: 4 * KIB } };

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(32 * KIB).fill(0x78);
}

function ask(
  network: ReturnType<typeof createSimulatedServer>['network'],
  bytes: string,
): { sink: RecordingSink; pause(): void } {
  const sink = new RecordingSink();
  const client = network.connect(() => sink, silent);
  client.write(bytes);
  return { sink, pause: () => client.pause() };
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('slow readers', () => {
  test('hold what the high-water mark allows, and the budget is never passed', async () => {
    const { server, network, clock } = createSimulatedServer({
      limits: { bufferedBytesMax: 1024 * KIB, writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: () => reply(endless()),
    });
    for (let i = 0; i < 40; i++) ask(network, GET).pause();
    let most = 0;
    for (let at = 50; at <= 3000; at += 50) {
      await clock.runAsync({ until: at });
      most = Math.max(most, server.stats().bytes);
    }
    expect(most).toBeGreaterThan(0.6 * 1024 * KIB);
    expect(most).toBeLessThanOrEqual(1024 * KIB);
  });

  test('hold a long chunk until its last byte has left, and all of it is counted', async () => {
    const { server, network, clock } = createSimulatedServer({
      limits: { writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: () => reply([new Uint8Array(1024 * KIB)]),
    });
    ask(network, GET).pause();
    await clock.runAsync({ until: 1000 });
    expect(server.stats().bytes).toBeGreaterThanOrEqual(1024 * KIB);
    expect(server.stats().bytes).toBeLessThan(1025 * KIB);
  });

  test('are reset, the largest first, when the budget is all but used up, and everything comes back', async () => {
    const reasons: unknown[] = [];
    const { server, network, clock, sleep } = createSimulatedServer({
      limits: { bufferedBytesMax: 256 * KIB, writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: async (_request, context) => {
        void context.completed.then(({ reason }) => reasons.push(reason));
        // All are admitted before any of them has anything to send.
        await sleep(100);
        return reply(endless());
      },
    });
    for (let i = 0; i < 40; i++) ask(network, GET).pause();
    await clock.runAsync({ until: 2000 });
    expect(reasons).toContain('memory');
    expect(server.stats().bytes).toBeLessThanOrEqual(256 * KIB);
    const closed = server.close({ graceMs: 0 });
    await clock.runAsync({ until: 10_000 });
    await closed;
    expect(server.stats().bytes).toBe(0);
  });

  test('hold a piece as a whole until the last of it has left, and that is counted', async () => {
    const { server, network, clock } = createSimulatedServer({
      limits: { writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: () => reply([new Uint8Array(50 * KIB)], { headers: { 'Content-Length': 50 * KIB } }),
    });
    ask(network, GET).pause();
    await clock.runAsync({ until: 1000 });
    expect(server.stats().bytes).toBe(50 * KIB);
  });

  test('of one and the same reply count its bytes once', async () => {
    const same = reply(new Uint8Array(200 * KIB));
    const { server, network, clock } = createSimulatedServer({
      limits: { bufferedBytesMax: 1024 * KIB, writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: () => same,
    });
    for (let i = 0; i < 30; i++) ask(network, GET).pause();
    await clock.runAsync({ until: 1000 });
    const held = server.stats().bytes;
    expect(held).toBeGreaterThanOrEqual(200 * KIB);
    expect(held).toBeLessThan(300 * KIB);
  });
});

describe('while memory is scarce', () => {
  test('new work is refused with 503, and taken again when there is room', async () => {
    let hold = true;
    const { server, network, clock, sleep } = createSimulatedServer({
      limits: { bufferedBytesMax: 256 * KIB, writeStallMs: 3_600_000, bytesPerSecondMin: 0 },
      fetch: async (_request, context) => {
        if (context.target !== '/') return reply('small\n');
        // Content that the handler does not read stays in the read-ahead.
        while (hold) await sleep(100);
        return reply('done\n', { headers: { Connection: 'close' } });
      },
    });
    const posts = [];
    for (let i = 0; i < 4; i++) {
      const sink = new RecordingSink();
      const client = network.connect(() => sink);
      client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      client.write(`${(60 * KIB).toString(16)}\r\n${'x'.repeat(60 * KIB)}`);
      posts.push(client);
    }
    await clock.runAsync({ until: 500 });
    expect(server.stats().bytes).toBeGreaterThan(0.8 * 256 * KIB);
    const refused = ask(network, 'GET /small HTTP/1.1\r\nHost: a\r\n\r\n');
    await clock.runAsync({ until: 1000 });
    expect(refused.sink.text).toMatch(/^HTTP\/1\.1 503 /);
    hold = false;
    for (const client of posts) client.end();
    await clock.runAsync({ until: 20_000 });
    const taken = ask(network, 'GET /small HTTP/1.1\r\nHost: a\r\n\r\n');
    await clock.runAsync({ until: 21_000 });
    expect(taken.sink.text).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('while memory is tight', () => {
  test('idle connections are closed after a quarter of the time', async () => {
    const { network, clock } = createSimulatedServer({
      limits: {
        bufferedBytesMax: 256 * KIB,
        writeStallMs: 3_600_000,
        bytesPerSecondMin: 0,
        keepAliveMs: 40_000,
      },
      fetch: () => reply(endless()),
    });
    const idle = new RecordingSink();
    network.connect(() => idle);
    for (let i = 0; i < 9; i++) ask(network, GET).pause();
    await clock.runAsync({ until: 9000 });
    expect(idle.finCount).toBe(0);
    await clock.runAsync({ until: 11_000 });
    expect(idle.finCount).toBe(1);
  });
});
