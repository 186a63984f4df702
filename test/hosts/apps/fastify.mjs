import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import multipart from '@fastify/multipart';
import replyFrom from '@fastify/reply-from';
import fastifyStatic from '@fastify/static';
import underPressure from '@fastify/under-pressure';
import Fastify from 'fastify';

const site = fileURLToPath(new URL('../site/', import.meta.url));

export async function start(createServer) {
  const app = Fastify({
    keepAliveTimeout: 5000,
    requestTimeout: 20_000,
    ...(createServer && { serverFactory: (handler) => createServer(handler) }),
  });
  const seen = [];
  await app.register(underPressure, { maxEventLoopDelay: 60_000, exposeStatusRoute: '/alive' });
  await app.register(multipart);
  await app.register(replyFrom);
  await app.register(fastifyStatic, { root: site, prefix: '/static/' });

  app.get('/', async () => ({ hello: 'Fastify' }));
  app.get('/request', async (request) => {
    const { method, url, ip, protocol, hostname, query } = request;
    return { method, url, ip, protocol, named: hostname.length > 0, query };
  });
  const schema = {
    body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  };
  app.post('/json', { schema, bodyLimit: 2000 }, async (request) => ({ name: request.body.name }));
  app.post('/text', { bodyLimit: 2_000_000 }, async (request) => request.body);
  app.post('/upload', async (request) => {
    const parts = [];
    for await (const part of request.parts()) {
      if (part.type === 'field') parts.push([part.fieldname, part.value]);
      else parts.push([part.fieldname, part.filename, (await part.toBuffer()).length]);
    }
    return parts;
  });
  app.get('/stream', (_request, reply) => reply.send(createReadStream(`${site}text.txt`)));
  app.get('/hijacked', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'Content-Type': 'text/plain' });
    reply.raw.write('raw ');
    setImmediate(() => reply.raw.end('answer'));
  });
  app.get('/trailers', (_request, reply) => {
    reply.trailer('x-sum', async () => '7');
    reply.send('content');
  });
  app.get('/events', (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let id = 0;
    const timer = setInterval(() => reply.raw.write(`id: ${id++}\n\n`), 5);
    request.raw.on('close', () => {
      clearInterval(timer);
      seen.push('close');
    });
  });
  app.get('/seen', async () => seen.splice(0));
  app.get('/fails', async () => {
    throw new Error('failed');
  });
  app.get('/from/*', (request, reply) => {
    const { port } = app.server.address();
    return reply.from(`http://127.0.0.1:${port}/${request.params['*']}`);
  });
  app.post('/from/*', (request, reply) => {
    const { port } = app.server.address();
    return reply.from(`http://127.0.0.1:${port}/${request.params['*']}`);
  });
  app.get('/injected', async () => (await app.inject('/')).json());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}
