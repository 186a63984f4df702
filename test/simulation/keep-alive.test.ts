import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink } from '../../src/testing/network/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

// A client that asks for it is told for how long its connection is kept, and may rely on it.

const ASKING: Record<string, string> = {
  'HTTP/1.0': 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
  'HTTP/1.1': 'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n',
};

describe.each(Object.entries(ASKING))(
  'a client of %s that asks for keep-alive',
  (_version, get) => {
    test('is answered where it asks again within the time that it was told, to the last moment', async () => {
      for (const afterMs of [-10, -1, 0, 1, 10, 500, 990]) {
        const { network, clock } = createSimulatedServer(
          { limits: { keepAliveMs: 3000 }, fetch: () => reply('x') },
          { link: { latencyMs: 5 } },
        );
        const heard = new RecordingSink();
        const client = network.connect(() => heard);
        client.write(get);
        await clock.runAsync({ until: 100 });
        const seconds = Number(/\r\nKeep-Alive: timeout=(\d+)\r\n/.exec(heard.text)?.[1]);
        expect(seconds).toBe(3);
        expect(heard.text).toMatch(/\r\nConnection: keep-alive\r\n/);
        clock.at((heard.lastEventAt ?? 0) + seconds * 1000 + afterMs, () => client.write(get));
        await clock.runAsync({ until: 4500 });
        expect(heard.text.match(/ 200 OK/g)?.length).toBe(2);
        expect(heard.finCount).toBe(0);
        await clock.runAsync({ until: 9000 });
        expect(heard.finCount).toBe(1);
      }
    });

    test('is told nothing on a last response, nor where less than a second is meant', async () => {
      for (const [keepAliveMs, requestsPerConnectionMax] of [
        [3000, 1],
        [999, 0],
      ] as const) {
        const { network, clock } = createSimulatedServer({
          limits: { keepAliveMs, requestsPerConnectionMax },
          fetch: () => reply('x'),
        });
        const heard = new RecordingSink();
        network.connect(() => heard).write(get);
        await clock.runAsync({ until: 500 });
        expect(heard.text).not.toMatch(/Keep-Alive:/);
        await clock.runAsync({ until: 1100 });
        expect(heard.finCount).toBe(1);
      }
    });
  },
);

test('who does not ask is told nothing, and is kept for keepAliveMs', async () => {
  const { network, clock } = createSimulatedServer({
    limits: { keepAliveMs: 3000 },
    fetch: () => reply('x'),
  });
  const heard = new RecordingSink();
  network.connect(() => heard).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await clock.runAsync({ until: 2990 });
  expect(heard.text).not.toMatch(/Keep-Alive|Connection/i);
  expect(heard.finCount).toBe(0);
  await clock.runAsync({ until: 3010 });
  expect(heard.finCount).toBe(1);
});
