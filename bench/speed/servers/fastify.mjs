// Fastify, its defaults.

import Fastify from 'fastify';
import { datasetAnswer, helloText, orderAnswerOf } from '../content.mjs';
import { begin } from './begin.mjs';

begin(async () => {
  const app = Fastify({ keepAliveTimeout: 75_000 });
  const hello = (_request, answer) => answer.header('Content-Type', 'text/plain').send(helloText);
  app.get('/', hello);
  app.get('/async', async (request, answer) => {
    await Promise.resolve();
    return hello(request, answer);
  });
  app.post('/json', async (request) => orderAnswerOf(request, request.body));
  app.get('/baseline11', ({ query }, answer) => text(answer, String(sumOf(query))));
  app.post('/baseline11', ({ query, body }, answer) =>
    text(answer, String(sumOf(query) + Number(body))),
  );
  app.get('/pipeline', (_request, answer) => text(answer, 'ok'));
  app.get('/json/:count', ({ params, query }, answer) =>
    answer.send(datasetAnswer(Number(params.count), Number(query.m))),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
});

const text = (answer, body) => answer.header('Content-Type', 'text/plain').send(body);

function sumOf(query) {
  let total = 0;
  for (const value of Object.values(query)) total += Number(value);
  return total;
}
