import { H3, serve } from 'h3';
import { toNodeHandler } from 'h3/node';
import { fetch } from './fetch-routes.mjs';

export async function start(createServer) {
  const app = new H3();
  app.get('/users/:id', (event) => ({ id: event.context.params.id }));
  app.all('/**', (event) => fetch(event.req));
  if (createServer !== undefined) return createServer(toNodeHandler(app)).listen(0, '127.0.0.1');
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true });
  await server.ready();
  return server.node.server;
}
