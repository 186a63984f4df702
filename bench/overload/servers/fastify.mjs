// Fastify with @fastify/under-pressure, set as tight as overload-protection is by default: 503 while
// the event loop is more than 42 ms late. Its own example allows a second, twice what our clients wait.

import { Readable } from 'node:stream';
import underPressure from '@fastify/under-pressure';
import Fastify from 'fastify';
import { bigBody } from '../work.mjs';

export async function start(work, { refuses = false }) {
  const app = Fastify({ keepAliveTimeout: 75_000 });
  await app.register(underPressure, {
    maxEventLoopDelay: 42,
    sampleInterval: 50,
    retryAfter: 1,
    ...(refuses ? { maxRssBytes: 1 } : undefined),
  });
  app.get('/live', () => 'ok\n');
  app.get('/*', (request, answer) => {
    const big = bigBody(request.url);
    if (big !== undefined) {
      return answer.header('Content-Length', big.bytes).send(Readable.from(big.pieces));
    }
    const given = work.answer(request.url);
    if (typeof given !== 'string') return given;
    answer.send(given);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: app.server.address().port };
}
