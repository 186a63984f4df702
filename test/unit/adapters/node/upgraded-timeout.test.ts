// The timeout of a connection after its upgrade. node:http has one socket for both: its timeout goes on, what comes
// and leaves puts it off, and at its end the socket is told and stays open.

import { expect, it } from 'vitest';
import { createServer } from '../../../../src/adapters/node/index.js';
import { hostOf } from '../../../../src/adapters/node/server/server.js';
import { createServerIn } from '../../../../src/server.js';
import { RecordingSink, SimulatedNetwork } from '../../../../src/testing/index.js';
import { listenOn } from '../../../../src/testing/wire.js';

const ASKS = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const AGREES = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/**
 * An upgraded connection on which the client says something every 100 ms, ten times, then nothing, then once more
 * something.
 */
async function played(timeoutMs: number): Promise<unknown[]> {
  const log: unknown[] = [];
  const network = new SimulatedNetwork({ seed: 1 });
  const { clock } = network;
  const node = createServer();
  node.setTimeout(timeoutMs);
  node.on('upgrade', (_req, socket) => {
    socket.on('timeout', () => log.push('timeout'));
    socket.on('close', () => log.push('close'));
    socket.write(AGREES);
    socket.resume();
  });
  const server = createServerIn(
    network.environment(),
    { fetch: () => Promise.reject() },
    hostOf(node),
  );
  listenOn(network, server);
  const client = network.connect(() => new RecordingSink());
  client.write(ASKS);
  for (let i = 0; i < 10; i++) {
    await clock.runAsync({ until: clock.now + 100 });
    client.write('x');
  }
  for (let i = 0; i < 2; i++) {
    log.push('silent');
    await clock.runAsync({ until: clock.now + 1000 });
    client.write('x');
  }
  return log;
}

it('goes on, and is told to the socket alone, once for each silence', async () => {
  expect(await played(300)).toEqual(['silent', 'timeout', 'silent', 'timeout']);
});

it('is none where the server has none', async () => {
  expect(await played(0)).toEqual(['silent', 'silent']);
});
