// Bun.serve. It takes an async generator as a body, and sends files itself.

import { join } from 'node:path';
import { begin } from './begin.mjs';
import { fetchHandlers } from './fetch-handlers.mjs';

begin(({ handler, root }) => {
  const handlers = fetchHandlers({
    respond: (body, type) => new Response(body, { headers: { 'Content-Type': type } }),
    json: (value) => Response.json(value),
    files: (request) => new Response(Bun.file(join(root, new URL(request.url).pathname))),
  });
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 75,
    fetch: handlers[handler],
  });
  return server.port;
});
