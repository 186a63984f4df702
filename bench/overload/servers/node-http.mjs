// node:http, with nothing before the handler.

import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { answerText, bigBody } from '../work.mjs';

export async function start(work, { refuses = false }) {
  const server = createServer((request, response) => {
    if (refuses) {
      response.writeHead(503, { 'Retry-After': '1' }).end('busy\n');
      return;
    }
    answerNode(work, request, response);
  });
  return { port: await listening(server) };
}

export function answerNode(work, request, response) {
  const { url } = request;
  if (url === '/upload') {
    readWhole(request).then(() => response.end(answerText));
    return;
  }
  const big = bigBody(url);
  if (big !== undefined) {
    response.setHeader('Content-Length', big.bytes);
    Readable.from(big.pieces).pipe(response);
    return;
  }
  const answer = url === '/live' ? 'ok\n' : work.answer(url);
  if (typeof answer === 'string') response.end(answer);
  else answer.then((text) => response.end(text));
}

async function readWhole(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function listening(server) {
  // As long as sluice keeps idle connections: reconnecting is not what is compared.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}
