// One Hono application for all servers that it is mounted on.

import { Hono } from 'hono';
import { helloText, orderAnswer } from '../content.mjs';

export function honoApp() {
  const app = new Hono();
  app.get('/', (c) => c.text(helloText));
  app.post('/json', async (c) => {
    const { req } = c;
    const given = await req.json();
    const { url } = req;
    const target = url.slice(url.indexOf('/', 8));
    const [tenant, trace] = [req.header('x-tenant'), req.header('x-request-id')];
    return c.json(orderAnswer(target, tenant, trace, req.header('accept-language'), given));
  });
  return app;
}
