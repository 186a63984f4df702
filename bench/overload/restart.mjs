// `node bench/overload/restart.mjs [--servers sluice,node-http] [--restarts n] [--clients n] [--json file]`
//
// What a restart under load loses. Clients ask at a steady pace, each on a connection that it keeps;
// now and then the server is told SIGTERM and drains, while its successor waits for the port. Counted
// are the requests that were sent and never answered, for clients that honour `Connection: close` and
// for clients that don't. Nobody sends a request twice, and a connection that is refused is tried again:
// nothing was sent on it.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../lib/arguments.mjs';
import { machineFacts } from '../lib/machine.mjs';
import { messageOf, startPinned, stop } from '../lib/processes.mjs';
import { Client } from './restart/client.mjs';

const { values: given } = parseArgs({
  options: {
    servers: { type: 'string', default: 'sluice,node-http' },
    restarts: { type: 'string' },
    /** Of each kind. */
    clients: { type: 'string' },
    json: { type: 'string' },
  },
});
const restarts = wholeNumber('restarts', given.restarts, 8);
const clientCount = wholeNumber('clients', given.clients, 40);
const settleMs = 1200;
const paces = [
  { pace: 'at once', everyMs: 0, share: 0.1 },
  { pace: 'every 40 ms', everyMs: 40, share: 1 },
  { pace: 'every 1.2 s', everyMs: 1200, share: 1 },
];
const kinds = [true, false].flatMap((honours) => paces.map((pace) => ({ honours, ...pace })));
const serverFile = fileURLToPath(new URL('./restart/server.mjs', import.meta.url));

const results = { ...machineFacts(process.execPath), restarts, clientCount, rows: [] };
for (const name of given.servers.split(',')) results.rows.push(...(await measured(name)));
console.table(
  Object.fromEntries(
    results.rows.map(({ server, honours, pace, ...figures }) => [
      `${server}, ${honours ? 'honours' : 'ignores'} close, asks ${pace}`,
      figures,
    ]),
  ),
);
if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(results, null, 1)}\n`);

async function measured(name) {
  let { child, port } = await firstGeneration(name);
  const groups = kinds.map((kind) => {
    const tally = { answered: 0, lost: 0, refused: 0, retried: 0, waitsMs: [] };
    const count = Math.max(1, Math.round(clientCount * kind.share));
    const clients = Array.from({ length: count }, () => new Client(port, kind, tally));
    return { kind, tally, clients };
  });
  const runs = groups.flatMap(({ kind, clients }) =>
    clients.map((client, i) => client.run((i * (kind.everyMs || 1)) / clients.length)),
  );
  const drainsMs = [];
  try {
    for (let i = 0; i < restarts; i++) {
      await later(settleMs);
      const next = await generation(name, port);
      const closed = messageOf(child, 'closed');
      const listening = messageOf(next, 'listening');
      next.send('listen');
      child.kill('SIGTERM');
      drainsMs.push((await closed).ms);
      await listening;
      await stop(child);
      child = next;
    }
    await later(settleMs);
    for (const client of groups.flatMap(({ clients }) => clients)) client.stop();
    await Promise.all(runs);
  } finally {
    await stop(child);
  }
  const drainMs = Math.round(Math.max(...drainsMs));
  return groups.map(({ kind: { honours, pace }, tally: { waitsMs, ...counts } }) => ({
    server: name,
    honours,
    pace,
    ...counts,
    'longest wait, ms': Math.round(waitsMs.reduce((most, ms) => Math.max(most, ms), 0)),
    'longest drain, ms': drainMs,
  }));
}

async function firstGeneration(name) {
  const child = await generation(name, 0);
  const listening = messageOf(child, 'listening');
  child.send('listen');
  return { child, port: await listening };
}

async function generation(name, port) {
  const child = startPinned(serverFile, [name, String(port)], { core: 0 });
  await messageOf(child, 'ready');
  return child;
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
