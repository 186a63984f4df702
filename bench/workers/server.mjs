// `node server.mjs COUNT`: so many workers that say hello. A line on stdin asks for the figures of all.

import { runWorkers } from '../../dist/adapters/workers/index.js';
import { createServer, reply } from '../../dist/index.js';

const workers = await runWorkers({
  count: Number(process.argv[2]),
  signals: true,
  start: async () => {
    const server = createServer({
      fetch: () => reply('Hello, World!', { headers: { 'Content-Type': 'text/plain' } }),
    });
    await server.listen();
    return server;
  },
});
process.stdout.write(`${JSON.stringify({ port: workers.addresses[0].port })}\n`);
process.stdin.on('data', async () => {
  const { total, workers: all } = await workers.stats();
  const figures = { started: total.started, each: all.map(({ stats }) => stats?.started ?? 0) };
  process.stdout.write(`${JSON.stringify({ figures })}\n`);
});
process.stdin.on('end', () => workers.close({ graceMs: 0 }));
