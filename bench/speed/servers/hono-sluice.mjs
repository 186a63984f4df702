// Hono on sluice.

import { begin } from './begin.mjs';
// Before Hono: what it finds as Response is what it makes.
import { createServer } from './built-sluice.mjs';

const { honoApp } = await import('./hono-app.mjs');

begin(async () => {
  const server = createServer({ fetch: honoApp().fetch });
  const { port } = await server.listen();
  return port;
});
