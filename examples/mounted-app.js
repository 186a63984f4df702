// Any app with `fetch(request)` can be mounted without an adapter, such as Hono, h3 and
// itty-router. This small router uses only the classes of the web.
// node examples/mounted-app.js, then curl http://127.0.0.1:7878/greet/world

import { createServer } from 'sluice';

class App {
  #routes = [];

  get(pathname, respond) {
    this.#routes.push({ pattern: segments(pathname), respond });
    return this;
  }

  fetch = async (request) => {
    const path = segments(new URL(request.url).pathname);
    for (const { pattern, respond } of this.#routes) {
      const params = match(pattern, path);
      if (params !== undefined && request.method === 'GET') return respond({ request, params });
    }
    return Response.json({ error: 'not found' }, { status: 404 });
  };
}

const segments = (pathname) => pathname.split('/').filter((segment) => segment !== '');

function match(pattern, path) {
  if (pattern.length !== path.length) return undefined;
  const params = {};
  for (const [i, name] of pattern.entries()) {
    if (name.startsWith(':')) params[name.slice(1)] = path[i];
    else if (name !== path[i]) return undefined;
  }
  return params;
}

const app = new App()
  .get('/', () => new Response('Try /greet/you\n'))
  .get('/greet/:name', ({ params }) => Response.json({ hello: params.name }));

const server = createServer({ fetch: app.fetch });

const { address, port } = await server.listen({ port: Number(process.env.PORT ?? 7878) });
console.log(`http://${address}:${port}/`);
