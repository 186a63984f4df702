// ws over a server that is given, and over one that ws makes itself.

import http from 'node:http';
import { WebSocketServer } from 'ws';

export function start(createServer = http.createServer) {
  const server = createServer((_req, res) => res.end('plain'));
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 100 } });
  const seen = [];
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      sockets.emit('connection', client, request);
    });
  });
  sockets.on('connection', (client, request) => {
    client.on('message', (message, isBinary) => {
      const text = message.toString();
      if (text === 'close') client.close(4001, 'asked for');
      else if (text === 'terminate') client.terminate();
      else if (text === 'seen') client.send(JSON.stringify(seen.splice(0)));
      else if (text === 'who') client.send(`${request.url} ${request.socket.remoteAddress}`);
      else client.send(message, { binary: isBinary });
    });
    client.on('close', (code, reason) => seen.push(`${code} ${reason}`));
    client.on('error', (error) => seen.push(error.code));
  });
  return server.listen(0, '127.0.0.1');
}
