// A Fastify app on sluice: npm i fastify, node examples/fastify.mjs, then curl -i http://127.0.0.1:7878/
// An app that stands needs no change at all: node --import sluice/register app.mjs

import Fastify from 'fastify';
import { createServer } from 'sluice/node';

const app = Fastify({
  serverFactory: (handler) =>
    createServer({ keepAliveTimeout: 10_000, sluice: { concurrency: 16 } }, handler),
});

app.get('/', async () => ({ hello: 'Fastify' }));

const schema = {
  body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
};
app.post('/greet', { schema }, async (request) => ({ hello: request.body.name }));

console.log(await app.listen({ port: Number(process.env.PORT ?? 7878), host: '127.0.0.1' }));

process.once('SIGTERM', async () => {
  await app.close();
  console.log('closed');
});
