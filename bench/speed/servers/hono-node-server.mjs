// Hono on @hono/node-server, as its documentation starts it.

import { serve } from '@hono/node-server';
import { begin } from './begin.mjs';
import { honoApp } from './hono-app.mjs';

begin(
  () =>
    new Promise((resolve) => {
      serve({ fetch: honoApp().fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        resolve(port),
      );
    }),
);
