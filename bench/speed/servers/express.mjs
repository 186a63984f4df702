// Express 5, its defaults.

import express from 'express';
import { helloText, orderAnswerOf } from '../content.mjs';
import { begin } from './begin.mjs';

begin(() => {
  const app = express();
  app.get('/', (_request, answer) => answer.type('text/plain').send(helloText));
  app.post('/json', express.json(), (request, answer) =>
    answer.json(orderAnswerOf(request, request.body)),
  );
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
    server.keepAliveTimeout = 75_000;
  });
});
