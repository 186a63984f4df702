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

const MIB = 1024 * KIB;

/** Clients that send content of `bytes` each, all at once, and what they are told in the end. */
function upload(
  network: ReturnType<typeof createSimulatedServer>['network'],
  count: number,
  bytes: number,
  sent: number = bytes,
  coding: 'length' | 'chunked' = 'length',
): RecordingSink[] {
  return Array.from({ length: count }, () => {
    const sink = new RecordingSink();
    const client = network.connect(() => sink);
    const fields = coding === 'length' ? `Content-Length: ${bytes}` : 'Transfer-Encoding: chunked';
    client.write(`POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n`);
    if (coding === 'chunked') client.write(`${bytes.toString(16)}\r\n`);
    client.write('x'.repeat(sent));
    if (coding === 'chunked' && sent === bytes) client.write('\r\n0\r\n\r\n');
    return sink;
  });
}

function statusesOf(sinks: readonly RecordingSink[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { text } of sinks) {
    const status = text.slice(9, 12);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const READS: Readonly<Record<string, (request: Request) => Promise<unknown>>> = {
  text: (request) => request.text(),
  json: (request) => request.json().catch(() => 'no JSON, and read all the same'),
  arrayBuffer: (request) => request.arrayBuffer(),
  bytes: (request) => (request as unknown as { bytes(): Promise<unknown> }).bytes(),
  blob: (request) => request.blob(),
  formData: (request) => request.formData().catch(() => 'no form, and read all the same'),
  'text of a clone': (request) => request.clone().text(),
};

describe('content that is read as a whole', () => {
  const unhurried = { bytesPerSecondMin: 0, bodyIdleMs: 3_600_000, bodyBytesMax: 2 * MIB };

  test.each(Object.keys(READS))(
    'by %s is counted as it comes, until its handler has answered',
    async (how) => {
      const { server, network, clock, sleep } = createSimulatedServer({
        limits: unhurried,
        fetch: async (request) => {
          await READS[how]?.(request);
          await sleep(10_000);
          return reply('read\n');
        },
      });
      const whole = upload(network, 3, MIB);
      const half = upload(network, 2, MIB, MIB / 2);
      await clock.runAsync({ until: 5000 });
      expect(server.stats().bytes).toBeGreaterThanOrEqual(4 * MIB);
      await clock.runAsync({ until: 20_000 });
      expect(statusesOf(whole)).toEqual({ 200: 3 });
      expect(server.stats().bytes).toBeGreaterThanOrEqual(MIB);
      expect(server.stats().bytes).toBeLessThanOrEqual(2 * MIB + 4 * KIB);
      const closed = server.close({ graceMs: 0 });
      await clock.runAsync({ until: 60_000 });
      await closed;
      expect(server.stats().bytes).toBe(0);
      expect(statusesOf(half)).toEqual({ '': 2 });
    },
  );

  test.each(['length', 'chunked'] as const)(
    'never takes more than the budget, however many send at once (%s)',
    async (coding) => {
      const { server, network, clock, sleep } = createSimulatedServer({
        limits: { bufferedBytesMax: 8 * MIB },
        fetch: async (request) => {
          // All are admitted before any of them is read.
          await sleep(10);
          const { length } = await request.text();
          await sleep(20);
          return reply(`${length}`);
        },
      });
      const sinks = upload(network, 60, 1_000_000, 1_000_000, coding);
      let most = 0;
      await clock.runAsync({
        until: 60_000,
        when: () => {
          most = Math.max(most, server.stats().bytes);
          return false;
        },
      });
      expect(most).toBeGreaterThan(4 * MIB);
      expect(most).toBeLessThanOrEqual(8 * MIB);
      const { 200: read = 0, 503: refused = 0, ...others } = statusesOf(sinks);
      expect(others).toEqual({});
      expect(read + refused).toBe(60);
      expect(read).toBeGreaterThan(20);
      expect(server.stats().bytes).toBe(0);
    },
  );

  test('is given up, the largest first, where nobody could ever go on', async () => {
    const { server, network, clock } = createSimulatedServer({
      limits: { ...unhurried, bufferedBytesMax: MIB },
      fetch: async (request) => reply(`${(await request.text()).length}`),
    });
    const sinks = upload(network, 40, 500_000, 500_000, 'chunked');
    await clock.runAsync({ until: 60_000 });
    const { 200: read = 0, 503: refused = 0, ...others } = statusesOf(sinks);
    expect(others).toEqual({});
    expect(read + refused).toBe(40);
    expect(read).toBeGreaterThan(0);
    expect(sinks.every(({ finCount }) => finCount <= 1)).toBe(true);
    expect(server.stats().bytes).toBe(0);
  });

  test('waits for handlers that hold theirs, and is refused with 503 when it has waited long enough', async () => {
    const { server, network, clock, sleep } = createSimulatedServer({
      limits: { bufferedBytesMax: 2 * MIB },
      fetch: async (request) => {
        await sleep(10);
        const { length } = await request.text();
        await sleep(30_000);
        return reply(`${length}`);
      },
    });
    const sinks = upload(network, 10, MIB);
    await clock.runAsync({ until: 15_000 });
    const { 503: refused = 0, 408: late = 0 } = statusesOf(sinks);
    expect(refused).toBeGreaterThanOrEqual(8);
    expect(late).toBe(0);
    const failed = sinks.find(({ text }) => text.includes('no memory left'));
    expect(failed?.text).toMatch(/\r\nRetry-After: 1\r\n/);
    expect(failed?.text).toMatch(/\r\nConnection: close\r\n/);
    await clock.runAsync({ until: 120_000 });
    const { 200: read = 0, 503: all = 0 } = statusesOf(sinks);
    expect(read).toBeGreaterThan(0);
    expect(read + all).toBe(10);
    expect(server.stats().bytes).toBe(0);
  });

  test('stays counted while its handler runs on though its client has gone', async () => {
    const { server, network, clock, sleep } = createSimulatedServer({
      limits: unhurried,
      fetch: async (request) => {
        await request.arrayBuffer();
        await sleep(10_000);
        return reply('read\n');
      },
    });
    const client = network.connect(() => new RecordingSink());
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MIB}\r\n\r\n${'x'.repeat(MIB)}`);
    clock.at(5000, () => client.reset());
    await clock.runAsync({ until: 6000 });
    expect(Object.values(server.stats().connections).reduce((sum, count) => sum + count)).toBe(0);
    expect(server.stats().bytes).toBe(MIB);
    await clock.runAsync({ until: 20_000 });
    expect(server.stats().bytes).toBe(0);
  });

  test('stays counted for a handler that has yet to ask for it, though its client has gone', async () => {
    const content = 'x'.repeat(3000);
    const { server, network, clock, sleep } = createSimulatedServer({
      limits: unhurried,
      fetch: async (request) => {
        await sleep(200);
        const text = await request.text();
        await sleep(200);
        return reply(text);
      },
    });
    const client = network.connect(() => new RecordingSink());
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n${content}`);
    clock.at(100, () => client.reset());
    for (const until of [150, 300]) {
      await clock.runAsync({ until });
      expect(server.stats().bytes).toBeGreaterThanOrEqual(3000);
    }
    await clock.runAsync({ until: 1000 });
    expect(server.stats().bytes).toBe(0);
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
