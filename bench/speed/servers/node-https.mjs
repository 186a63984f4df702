// node:https, as its documentation does it, with the listeners of node:http.

import { createServer } from 'node:https';
import { begin } from './begin.mjs';
import { certificate } from './certificate.mjs';
import { nodeHandlers } from './node-handlers.mjs';

begin(({ handler, root }) => {
  const server = createServer(certificate, nodeHandlers(root)[handler]);
  // As long as sluice keeps idle connections: reconnecting is not what is compared.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
});
