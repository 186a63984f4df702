import { serve, toNodeHandler } from 'srvx/node';
import { fetch } from './fetch-routes.mjs';

export async function start(createServer) {
  if (createServer !== undefined) return createServer(toNodeHandler(fetch)).listen(0, '127.0.0.1');
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1', silent: true });
  await server.ready();
  return server.node.server;
}
