// A server with a hostile application, in a process of its own, started as `node FILE SEED` when it is bundled. It prints
// its port, and at `end` on its standard input what is left and what got out, and closes.

import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '../../../src/index.ts';
import { Random } from '../../../src/testing/index.ts';
import { hostileApplication } from './application.ts';

const escaped = [];
const onEscape = (error) => {
  let text = 'what can’t be shown';
  try {
    text = String(error?.stack ?? error);
  } catch {
    // It stays what it is.
  }
  escaped.push(text);
};
process.on('unhandledRejection', onEscape);
process.on('uncaughtException', onEscape);

const releases = [];
const notes = [];
const world = {
  random: new Random(Number(process.argv[2])),
  sleep: (ms) => sleep(ms),
  never: () =>
    new Promise((resolve) => {
      releases.push(() => resolve(undefined));
    }),
  note: (what) => notes.push(what),
};
const server = createServer({
  ...hostileApplication(world),
  limits: { keepAliveMs: 1000, bodyIdleMs: 500, peerEndedMs: 200, lingerMs: 100, lingerMsMax: 200 },
  concurrency: { algorithm: 'fixed', initial: 64 },
});
const { port } = await server.listen({ port: 0 });
process.stdout.write(`${port}\n`);

process.stdin.once('data', async () => {
  let left;
  // What waits is let go, and so is what that leads to; then all of it has some time to end.
  for (let tries = 0; tries < 100; tries++) {
    for (const release of releases.splice(0)) release();
    await sleep(50);
    const { connections, inFlight, queued, bytes } = server.stats();
    const open = Object.values(connections).reduce((sum, count) => sum + count, 0);
    left = { open, inFlight, queued, bytes };
    if (open + inFlight + queued + bytes === 0) break;
  }
  const isClosed = await Promise.race([
    server.close({ graceMs: 500 }).then(() => true),
    sleep(5000).then(() => false),
  ]);
  process.stdout.write(`${JSON.stringify({ left, isClosed, escaped, notes: notes.slice(-40) })}\n`);
  process.stdin.destroy();
});
