// node:http, written as its documentation does it.

import { createServer } from 'node:http';
import { begin } from './begin.mjs';
import { nodeHandlers, portOf } from './node-handlers.mjs';

begin(({ handler, root }) => {
  return portOf(createServer(nodeHandlers(root)[handler]));
});
