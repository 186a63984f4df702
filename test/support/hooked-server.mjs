// Prints how many of sluice's resources somebody's async hooks were told of and still hold, after 100 requests.
// `node --expose-gc hooked-server.mjs`

import { createHook } from 'node:async_hooks';
import { get } from 'node:http';
import process from 'node:process';
import { createServer } from '../../build/adapters/node/index.js';

const held = new Set();
const hook = createHook({
  init(id, type) {
    if (type === 'sluice' || type === 'HTTPINCOMINGMESSAGE') held.add(id);
  },
  destroy(id) {
    held.delete(id);
  },
}).enable();

const server = createServer((_request, response) => {
  response.on('finish', () => undefined);
  response.end('ok');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
for (let i = 0; i < 100; i++) {
  await new Promise((resolve) => {
    get({ port, agent: false }, (response) => response.resume().on('close', resolve));
  });
}
// What is collected is told in a turn of its own.
for (let i = 0; i < 5; i++) {
  globalThis.gc();
  await new Promise((resolve) => setImmediate(resolve));
}
hook.disable();
console.log(held.size);
process.exit();
