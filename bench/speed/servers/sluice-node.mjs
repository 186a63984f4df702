// sluice/node, with the listeners that node:http gets.

import { begin } from './begin.mjs';
import { nodeHandlers, portOf } from './node-handlers.mjs';

const dist = process.env.SLUICE_DIST || new URL('../../../dist', import.meta.url).pathname;
const { createServer } = await import(`${dist}/adapters/node/index.js`);

begin(({ handler, root }) => {
  return portOf(createServer(nodeHandlers(root)[handler]));
});
