import express from 'express4';
import { expressApp } from './express-app.mjs';

export function start(createServer) {
  const app = expressApp(express);
  return createServer === undefined
    ? app.listen(0, '127.0.0.1')
    : createServer(app).listen(0, '127.0.0.1');
}
