import http from 'node:http';
import Hapi from '@hapi/hapi';

export async function start(createServer = http.createServer) {
  const server = Hapi.server({
    listener: createServer(),
    port: 0,
    host: '127.0.0.1',
    debug: false,
    routes: { cors: true },
  });
  server.route([
    { method: 'GET', path: '/', handler: () => 'hello' },
    {
      method: 'POST',
      path: '/echo',
      options: { payload: { maxBytes: 1000 } },
      handler: ({ payload }) => payload,
    },
    {
      method: 'GET',
      path: '/fails',
      handler: () => {
        throw new Error('failed');
      },
    },
    {
      method: 'GET',
      path: '/raw',
      handler: ({ raw }, h) => {
        raw.res.end('raw');
        return h.abandon;
      },
    },
    {
      method: 'GET',
      path: '/late',
      options: { timeout: { server: 10 } },
      handler: () => new Promise(() => undefined),
    },
    {
      method: 'GET',
      path: '/inject',
      handler: async () => (await server.inject('/')).result,
    },
  ]);
  await server.start();
  return server.listener;
}
