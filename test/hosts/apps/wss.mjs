// ws over TLS: by the server that it is given.

import nodeHttps from 'node:https';
import { WebSocketServer } from 'ws';
import { tls } from './tls.mjs';

export function start(_createServer, https = nodeHttps) {
  const server = https.createServer(tls, (_req, res) => res.end('plain'));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client, request) => {
    const { socket } = request;
    client.on('message', (message, isBinary) => {
      if (message.toString() === 'who') client.send(`${socket.encrypted} ${socket.getProtocol()}`);
      else client.send(message, { binary: isBinary });
    });
  });
  return server.listen(0, '127.0.0.1');
}
