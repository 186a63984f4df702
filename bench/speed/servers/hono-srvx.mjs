// Hono on srvx, as its documentation starts it.

import { serve } from 'srvx';
import { begin } from './begin.mjs';
import { honoApp } from './hono-app.mjs';

begin(async () => {
  const server = serve({
    fetch: honoApp().fetch,
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    gracefulShutdown: false,
  });
  await server.ready();
  return Number(new URL(server.url).port);
});
