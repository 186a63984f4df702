// The server that ws makes itself.

import { WebSocketServer } from 'ws';

export function start() {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', (client) => {
    client.on('message', (message) => client.send(`echo ${message}`));
  });
  return sockets._server;
}
