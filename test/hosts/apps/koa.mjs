import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Koa from 'koa';

const text = fileURLToPath(new URL('../site/text.txt', import.meta.url));

async function read(stream) {
  let all = '';
  for await (const piece of stream.setEncoding('utf8')) all += piece;
  return all;
}

const routes = {
  '/': (ctx) => {
    ctx.body = 'Hello from Koa';
  },
  '/request': (ctx) => {
    const { method, url, ip, protocol, secure, query, fresh } = ctx;
    ctx.body = { method, url, ip, protocol, secure, query, fresh };
  },
  '/echo': async (ctx) => {
    ctx.body = await read(ctx.req);
  },
  '/file': (ctx) => {
    ctx.type = 'text';
    ctx.body = createReadStream(text);
  },
  '/web': (ctx) => {
    ctx.body = new Response('a web response', { headers: { 'x-a': 'b' } });
  },
  '/bytes': (ctx) => {
    ctx.body = Buffer.from([0, 255, 128]);
  },
  '/empty': (ctx) => {
    ctx.body = null;
  },
  '/fresh': (ctx) => {
    ctx.body = 'fresh';
    ctx.etag = 'tag';
    if (ctx.fresh) ctx.status = 304;
  },
  '/teapot': (ctx) => ctx.throw(418, 'short and stout'),
  '/fails': () => {
    throw new Error('failed');
  },
  '/cookie': (ctx) => {
    ctx.cookies.set('a', 'b', { signed: true });
    ctx.redirect('/');
  },
  '/broken': (ctx) => {
    ctx.type = 'text';
    ctx.body = createReadStream(`${text}.none`);
  },
};

export function start(createServer) {
  const app = new Koa();
  app.silent = true;
  app.keys = ['a key'];
  app.use(async (ctx, next) => {
    ctx.set('X-Before', '1');
    await next();
    ctx.set('X-After', String(ctx.status));
  });
  app.use((ctx) => routes[ctx.path]?.(ctx));
  return createServer === undefined
    ? app.listen(0, '127.0.0.1')
    : createServer(app.callback()).listen(0, '127.0.0.1');
}
