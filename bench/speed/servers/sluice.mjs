// sluice as it is built, all its defaults on, with reply().

import { begin } from './begin.mjs';
import { createServer, reply, staticFiles } from './built-sluice.mjs';
import { certificate } from './certificate.mjs';
import { fetchHandlers } from './fetch-handlers.mjs';

const respond = (body, type) => reply(body, { headers: { 'Content-Type': type } });

begin(async ({ handler, root, settings, encrypted }) => {
  const handlers = fetchHandlers({
    respond,
    json: (value) => respond(JSON.stringify(value), 'application/json'),
    allowBytes: (context, bytes) => {
      context.bodyBytesMax = bytes;
    },
    files: root && staticFiles(root),
  });
  const server = createServer({ fetch: handlers[handler], ...settings });
  const { port } = await server.listen(encrypted ? { tls: certificate } : {});
  return port;
});
