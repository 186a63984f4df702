// sluice/node, with the listeners that node:http gets.

import { begin } from './begin.mjs';
import { nodeHandlers } from './node-handlers.mjs';

const dist = process.env.SLUICE_DIST || new URL('../../../dist', import.meta.url).pathname;
const { createServer } = await import(`${dist}/adapters/node/index.js`);

begin(({ handler, root }) => {
  const server = createServer(nodeHandlers(root)[handler]);
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
});
