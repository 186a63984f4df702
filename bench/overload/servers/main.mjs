// One server in a process of its own: `node main.mjs <server> <options as JSON>`. It tells its port
// over IPC, answers questions about itself, and goes when its parent goes.

import { Work } from '../work.mjs';

const [name, json] = process.argv.slice(2);
const options = JSON.parse(json);
const work = new Work(options.stepsPerMs);
const { start } = await import(new URL(`./${name}.mjs`, import.meta.url).href);
const server = await start(work, options);

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message.backend !== undefined) work.changeBackend(message.backend);
  else {
    const { mostCalls } = work.backends[20];
    const rssBytes = process.memoryUsage.rss();
    process.send({ stats: { ...server.stats?.(), mostCalls, rssBytes } });
  }
});
process.send({ port: server.port, node: process.version });
