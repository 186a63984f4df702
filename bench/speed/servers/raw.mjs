// `net` without HTTP: bytes are counted, not read, and for every request's worth of them goes out an
// answer that was made before. What an HTTP server on `net` can't do without costs this much.

import { createServer } from 'node:net';
import { helloText, megabyte, pieces } from '../content.mjs';
import { begin } from './begin.mjs';

function answer(type, body, { closes = false } = {}) {
  const connection = closes ? '\r\nConnection: close' : '';
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}${connection}\r\nDate: ${new Date().toUTCString()}\r\n`;
  return Buffer.concat([
    Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`),
    Buffer.from(body),
  ]);
}

const hello = answer('text/plain', helloText);
const goodbye = answer('text/plain', helloText, { closes: true });

/** An answer that goes out whole. A batch of requests is answered by one write. */
function whole(bytes, { requestBytes, depth }) {
  const batch = Buffer.concat(Array.from({ length: depth }, () => bytes));
  return (socket) => {
    let came = 0;
    socket.on('data', (chunk) => {
      came += chunk.length;
      if (came < requestBytes) return;
      const requests = (came - (came % requestBytes)) / requestBytes;
      came -= requests * requestBytes;
      if (requests === 1) socket.write(bytes);
      else if (requests === depth) socket.write(batch);
      else for (let i = 0; i < requests; i++) socket.write(bytes);
    });
  };
}

/** An answer after which the connection ends, where the request is one that asks for it. */
function closing({ requestBytes, closingBytes = requestBytes }) {
  return (socket) => {
    socket.on('data', (chunk) => {
      if (chunk.length === closingBytes) socket.end(goodbye);
      else socket.write(hello);
    });
  };
}

async function sendPieces(socket) {
  socket.write(
    'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  for await (const piece of pieces()) {
    socket.write(`${piece.length.toString(16)}\r\n`);
    socket.write(piece);
    if (!socket.write('\r\n')) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.write('0\r\n\r\n');
}

const handlers = {
  hello: (raw) => whole(hello, raw),
  closing,
  memory: (raw) => whole(answer('application/octet-stream', megabyte), raw),
  stream: () => (socket) => socket.on('data', () => sendPieces(socket)),
  upload: (raw) => whole(answer('text/plain', String(megabyte.length)), raw),
};

begin(({ handler, raw }) => {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  const onSocket = handlers[raw.handler ?? handler](raw);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () =>
      resolve(server.address().port),
    );
  });
});
