// node:https, as its documentation does it, with the listeners of node:http.

import { createServer } from 'node:https';
import { begin } from './begin.mjs';
import { certificate } from './certificate.mjs';
import { nodeHandlers, portOf } from './node-handlers.mjs';

begin(({ handler, root }) => {
  return portOf(createServer(certificate, nodeHandlers(root)[handler]));
});
