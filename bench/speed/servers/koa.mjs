// Koa 3, its defaults.

import Koa from 'koa';
import { helloText } from '../content.mjs';
import { begin } from './begin.mjs';

begin(() => {
  const app = new Koa();
  app.use((context) => {
    context.type = 'text/plain';
    context.body = helloText;
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
    server.keepAliveTimeout = 75_000;
  });
});
