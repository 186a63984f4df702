import express from 'express';
import { expressApp } from './express-app.mjs';

export function start(createServer) {
  const app = expressApp(express);
  app.get('/rejects', async () => {
    throw new Error('rejected');
  });
  return createServer === undefined
    ? app.listen(0, '127.0.0.1')
    : createServer(app).listen(0, '127.0.0.1');
}
