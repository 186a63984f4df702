// node:http, written as its documentation does it.

import { createServer } from 'node:http';
import { begin } from './begin.mjs';
import { nodeHandlers } from './node-handlers.mjs';

begin(({ handler, root }) => {
  const server = createServer(nodeHandlers(root)[handler]);
  // As long as sluice keeps idle connections: reconnecting is not what is compared.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
});
