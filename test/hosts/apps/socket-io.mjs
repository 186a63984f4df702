import http from 'node:http';
import { Server } from 'socket.io';

export function start(createServer = http.createServer) {
  const server = createServer((_req, res) => res.end('plain'));
  const io = new Server(server, { pingInterval: 500 });
  const left = [];
  io.on('connection', (socket) => {
    socket.emit('hello', { transport: socket.conn.transport.name });
    socket.on('echo', (value, reply) => reply(value));
    socket.on('left', (reply) => reply(left.splice(0)));
    socket.on('disconnect', (reason) => left.push(reason));
  });
  return server.listen(0, '127.0.0.1');
}
