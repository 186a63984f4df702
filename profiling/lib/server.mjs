// The server that is profiled: `node server.mjs <case>`. It says its port on its standard output (and
// over IPC, if there is any) and ends when asked to, so that a profiler can write what it has seen.

import { createServer, reply } from '../../build/index.js';
import { CASES } from './cases.mjs';

const { answer, options } = CASES[process.argv[2]];
const server = createServer({
  ...options,
  fetch: answer(reply),
  limits: { bodyBytesMax: 2 ** 21 },
});
const { port } = await server.listen({ port: 0 });
process.send?.({ port });

async function end() {
  await server.close({ graceMs: 1000 });
  if (process.connected) process.disconnect();
}

// clinic ends it by SIGINT, twice if the first does not end it at once.
for (const signal of ['SIGINT', 'SIGTERM']) {
  let isEnding = false;
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    end();
  });
}
process.once('disconnect', end);
