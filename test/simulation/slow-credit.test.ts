import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink } from '../../src/testing/network/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

// What a peer has moved is to its credit, but buys no silence without an end.

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const MIB = 1024 * 1024;

function uploadHead(bytes: number): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`;
}

test('uploads that were fast and have become slow give their slots back', async () => {
  const { server, network, clock } = createSimulatedServer({
    concurrency: 4,
    queue: { law: 'timed', waitMs: 100 },
    limits: { bodyBytesMax: 100 * MIB },
    fetch: async (request) => reply(String((await request.arrayBuffer()).byteLength)),
  });
  const slow = Array.from({ length: 4 }, () => new RecordingSink());
  for (const sink of slow) {
    const client = network.connect(() => sink);
    client.write(uploadHead(50 * MIB));
    client.write(new Uint8Array(MIB));
    for (let ms = 25_000; ms < 600_000; ms += 25_000) clock.at(ms, () => client.write('x'));
  }
  await clock.runAsync({ until: 20_000 });
  expect(server.stats().inFlight).toBe(4);
  await clock.runAsync({ until: 32_000 });
  expect(server.stats().inFlight).toBe(0);
  for (const { text } of slow) expect(text).toMatch(/^HTTP\/1\.1 408 /);
  const other = new RecordingSink();
  network.connect(() => other).write(GET);
  await clock.runAsync({ until: 33_000 });
  expect(other.text).toMatch(/^HTTP\/1\.1 200 /);
});

test('an upload in bursts that is fast enough on the average is no fault', async () => {
  const { network, clock } = createSimulatedServer({
    fetch: async (request) => reply(String((await request.arrayBuffer()).byteLength)),
  });
  const sink = new RecordingSink();
  const client = network.connect(() => sink);
  const burst = 240 * 26;
  client.write(uploadHead(20 * burst));
  for (let i = 0; i < 20; i++) clock.at(1 + i * 25_000, () => client.write(new Uint8Array(burst)));
  await clock.runAsync({ until: 500_000 });
  expect(sink.text).toMatch(/^HTTP\/1\.1 200 /);
  expect(sink.text.split('\r\n\r\n')[1]).toBe(String(20 * burst));
});

test('a client that pipelines much and does not read for a while gets every response whole', async () => {
  const count = 3000;
  const content = 'x'.repeat(200);
  const { network, clock } = createSimulatedServer(
    { fetch: () => reply(content) },
    { link: { toServer: { segmentBytesMax: 1000 } } },
  );
  const sink = new RecordingSink();
  const client = network.connect(() => sink);
  client.pause();
  client.write(GET.repeat(count));
  clock.at(200_000, () => client.resume());
  await clock.runAsync({ until: 201_000 });
  expect(sink.text.split(content).length - 1).toBe(count);
});

test.each([7000, 40_000])(
  'a client that never reads is cut off after writeStallMs (%i)',
  async (writeStallMs) => {
    const { server, network, clock } = createSimulatedServer({
      limits: { writeStallMs },
      fetch: () => reply('x'.repeat(64 * 1024)),
    });
    const sink = new RecordingSink();
    const client = network.connect(() => sink);
    client.pause();
    const ask = (): void => {
      if (client.closed) return;
      client.write(GET);
      clock.after(1000, ask);
    };
    ask();
    await clock.runAsync({ until: writeStallMs - 1000 });
    expect(server.stats().connections.writing).toBe(1);
    await clock.runAsync({ until: writeStallMs + 2000 });
    expect(server.stats().connections.writing).toBe(0);
  },
);

// A reader of big buffers takes in steps; one of small buffers, byte by byte.
test.each([16, 1024])(
  'a reader that takes %i bytes at a time, and too few, is cut in the end',
  async (bytes) => {
    const writeStallMs = 60_000;
    const { server, network, clock } = createSimulatedServer(
      { limits: { writeStallMs }, fetch: () => reply('x'.repeat(MIB)) },
      { link: { toClient: { sendBufferBytes: 16_384, receiveBufferBytes: bytes } } },
    );
    const sink = new RecordingSink();
    const client = network.connect(() => sink);
    client.write(GET);
    const take = (): void => {
      client.pause();
      if (client.closed) return;
      clock.after((bytes * 2000) / 240, () => {
        client.resume();
        clock.after(0, take);
      });
    };
    take();
    await clock.runAsync({ until: 50_000 });
    expect(server.stats().connections.writing).toBe(1);
    await clock.runAsync({ until: 3 * writeStallMs });
    expect(server.stats().connections.writing).toBe(0);
  },
);
