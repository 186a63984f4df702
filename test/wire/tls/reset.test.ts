// A client that asks and resets its connection at once. The reset comes behind bytes that are not read yet, so it may be
// shown as a FIN. Then Node's TLS may tell nothing of what is written.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { reply } from '../../../src/index.js';
import { loopUntil } from '../../support/loop-turns.js';
import { get, onTestEnd, serve } from '../../support/test-server.js';
import { ca, pair } from '../../support/tls.js';

async function askAndReset(port: number): Promise<void> {
  const wire = createConnection({ port, host: '127.0.0.1', noDelay: true });
  const socket = connect({ socket: wire, ca, servername: 'localhost' });
  for (const one of [wire, socket]) one.on('error', () => undefined);
  onTestEnd(() => wire.destroy());
  await once(socket, 'secureConnect');
  socket.write(get());
  // What was written is with the kernel by then.
  setImmediate(() => wire.resetAndDestroy());
  await once(wire, 'close');
}

test.each(['auto', 'net'] as const)('is noticed under TLS, by %s', async (transport) => {
  const reasons: (string | undefined)[] = [];
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { server, port } = await serve(
    {
      fetch: async () => {
        await asked;
        return reply(new Uint8Array(300_000));
      },
      transport,
      // No clock ends what is not noticed.
      limits: { peerEndedMs: 600_000, writeStallMs: 600_000, bytesPerSecondMin: 0 },
      observer: {
        requestCompleted: ({ reason }) => reasons.push(reason),
        requestRefused: ({ reason }) => reasons.push(reason),
      },
    },
    { tls: pair('local') },
  );
  for (let round = 0; round < 8; round++)
    await Promise.all(Array.from({ length: 8 }, () => askAndReset(port)));
  answer();
  const open = (): number =>
    Object.values(server.stats().connections).reduce((sum, count) => sum + count, 0);
  await loopUntil(() => open() === 0);
  expect(new Set(reasons)).toEqual(new Set(['peerReset']));
  expect(server.stats().bytes).toBe(0);
});
