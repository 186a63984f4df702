import websocket from '@fastify/websocket';
import Fastify from 'fastify';

export async function start(createServer) {
  // Fastify sets its keepAliveTimeout on servers of its own alone.
  const serverFactory = (handler) => createServer({ keepAliveTimeout: 72_000 }, handler);
  const app = Fastify(createServer && { serverFactory });
  await app.register(websocket);
  app.get('/chat', { websocket: true }, (socket, request) => {
    socket.on('message', (message) => socket.send(`${request.query.name}: ${message}`));
  });
  app.get('/', async () => ({ plain: true }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}
