// sluice with standard Responses in place of reply().

import { begin } from './begin.mjs';
import { createServer } from './built-sluice.mjs';
import { fetchHandlers } from './fetch-handlers.mjs';

begin(async ({ handler }) => {
  const handlers = fetchHandlers({
    respond: (body, type) => new Response(body, { headers: { 'Content-Type': type } }),
    json: (value) => Response.json(value),
  });
  const server = createServer({ fetch: handlers[handler] });
  const { port } = await server.listen();
  return port;
});
