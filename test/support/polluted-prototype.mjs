// Loads every entry of the package and serves a few requests, in a program in which some library has
// added to Object.prototype. Whatever throws ends the process with an exit code.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

for (const [name, descriptor] of Object.entries({
  extend: { value: () => undefined },
  missing: { value: undefined },
  trap: {
    get() {
      throw new Error('somebody read what is not his');
    },
  },
})) {
  Object.defineProperty(Object.prototype, name, {
    ...descriptor,
    enumerable: true,
    configurable: true,
  });
}

if (process.argv.includes('globals')) await import('sluice/globals');
const { createServer, reply } = await import('sluice');
const { RequestParser, DEFAULT_LIMITS } = await import('sluice/core');
const { createLimiter } = await import('sluice/limiter');
const { staticFiles } = await import('sluice/static');
const { inject } = await import('sluice/testing');

new RequestParser(DEFAULT_LIMITS, { head() {}, body() {}, trailers() {}, fault() {} });
assert.equal(await createLimiter({ concurrency: 2 }).run(() => 7, { priority: 'critical' }), 7);

const files = staticFiles(fileURLToPath(new URL('.', import.meta.url)), { index: 'index.html' });
const answers = {
  '/reply': () => reply('a', { status: 201, headers: { 'x-a': '1' } }),
  '/pairs': () => reply('a', { headers: [['x-a', 1]], trailers: { 'x-b': '2' } }),
  '/json': () => reply.json({ a: 1 }, { headers: new Headers({ 'x-a': '1' }) }),
  '/changed': () => reply('a').with({ status: 404, headers: { 'x-a': '1' } }),
  '/response': () => new Response('a', { headers: { 'x-a': '1' } }),
  '/response.json': () => Response.json({ a: 1 }, { status: 201 }),
  '/early': (_request, context) => {
    context.sendInformational(103, { link: '</a>; rel=preload' });
    return reply('a');
  },
  '/headers': (request) => reply(JSON.stringify([...request.headers])),
  '/text': async (request) => reply(await request.text()),
  '/polluted-prototype.mjs': files,
};
const server = createServer({
  fetch: (request, context) => answers[context.target](request, context),
  concurrency: 4,
  queue: { law: 'timed', waitMs: 100 },
  limits: { headMs: 5000 },
  health: { live: '/live', ready: '/ready' },
  onError(error) {
    process.exitCode = 1;
    console.error(error);
  },
});
const { port } = await server.listen({ port: 0 });
for (const path of Object.keys(answers)) {
  const request = { method: path === '/text' ? 'POST' : 'GET' };
  if (path === '/text') request.body = 'text';
  const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
  const text = await response.text();
  assert.ok(response.status < 500, `${path}: ${response.status} ${text}`);
  if (path !== '/early') {
    const again = await inject(server, new Request(`http://a.example${path}`, request));
    assert.equal(again.status, response.status);
  }
}
await server.close({ graceMs: 100 });
console.log('served');
process.exit();
