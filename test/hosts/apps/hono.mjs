import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { fetch } from './fetch-routes.mjs';

export function start(createServer) {
  const app = new Hono();
  app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }));
  app.all('*', (c) => fetch(c.req.raw));
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer });
}
