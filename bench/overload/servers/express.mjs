// An Express app, with nothing before its handler.

import express from 'express';
import { answerNode } from './node-http.mjs';

export async function start(work, { refuses = false }) {
  const app = express();
  app.use((request, response) => {
    if (refuses) response.status(503).set('Retry-After', '1').send('busy\n');
    else answerNode(work, request, response);
  });
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) => {
      if (error) reject(error);
      else resolve({ port: server.address().port });
    });
    server.keepAliveTimeout = 75_000;
  });
}
