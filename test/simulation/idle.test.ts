import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink } from '../../src/testing/network/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

// Who is connected and asks for nothing costs nobody else anything.

const IDLE = 10_000;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test(`${IDLE} idle connections delay no request, hold no bytes, and leave in silence`, async () => {
  const { server, network, clock } = createSimulatedServer({
    concurrency: 4,
    limits: { connectionsMax: IDLE + 10, keepAliveMs: 60_000 },
    fetch: () => reply('hello'),
  });
  const idle = Array.from({ length: IDLE }, () => new RecordingSink());
  for (const [i, sink] of idle.entries()) {
    const client = network.connect(() => sink);
    // Every other one has been served before.
    if (i % 2 === 0) client.write(GET);
  }
  clock.run({ until: 1000 });
  expect(server.stats()).toMatchObject({ started: IDLE / 2, refused: 0, queued: 0, bytes: 0 });
  expect(server.stats().connections['keep-alive']).toBe(IDLE);

  const busy = new RecordingSink();
  const client = network.connect(() => busy);
  for (let i = 1; i <= 20; i++) {
    client.write(GET);
    // There and back again, at a millisecond each way; the connection takes another.
    clock.run({ until: clock.now + (i === 1 ? 3 : 2) });
    expect(busy.text.match(/hello/g)?.length).toBe(i);
  }

  clock.run({ until: 62_000 });
  expect(server.stats().connections['keep-alive']).toBe(0);
  const strange = idle.filter(
    ({ finCount, text }, i) =>
      finCount !== 1 ||
      text.startsWith('HTTP/1.1 200 OK') !== (i % 2 === 0) ||
      text.includes('408'),
  );
  expect(strange.map(({ text }) => text)).toEqual([]);
  client.destroy();
  clock.run();
  expect(clock.idle).toBe(true);
  expect(server.stats().bytes).toBe(0);
});
