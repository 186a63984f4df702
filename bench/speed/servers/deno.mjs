// Deno.serve.

import { begin } from './begin.mjs';
import { fetchHandlers } from './fetch-handlers.mjs';

begin(async ({ handler }) => {
  const respond = (body, type) => new Response(body, { headers: { 'Content-Type': type } });
  const handlers = fetchHandlers({
    respond,
    json: (value) => Response.json(value),
    stream: (body, type) => respond(ReadableStream.from(body), type),
  });
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, handlers[handler]);
  return server.addr.port;
});
