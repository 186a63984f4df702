// What an application may write, for the compilers of others: `npm run test:types`, and test/package.

import type { Reply, Tunnel, UpgradeInit } from 'sluice';
import { createServer, reply, UpgradeError } from 'sluice';
import { RequestParser } from 'sluice/core';
import { createLimiter } from 'sluice/limiter';
import { staticFiles } from 'sluice/static';
import { type StatusOptions, statusPage } from 'sluice/status';
import { inject } from 'sluice/testing';
import { runWorkers, type WorkerEvent, type Workers } from 'sluice/workers';
import 'sluice/globals';

const server = createServer({
  concurrency: 4,
  queue: { law: 'timed', waitMs: 60_000 },
  limits: { headBytesMax: 8192, keepAliveMs: 5_000 },
  async fetch(request, context) {
    const method: string = request.method;
    const raw: readonly string[] = context.rawHeaders;
    context.waitUntil(Promise.resolve());
    if (method === 'POST') return new Response(await request.text());
    return reply(raw.join('\n'), { status: 200, headers: { 'x-a': ['1', '2'], 'x-b': 3 } });
  },
  onError(error: unknown): Reply {
    return reply(String(error), { status: 500 });
  },
});

const statusOptions: StatusOptions = { server, title: 'shop', hosts: ['status.example.net'] };
export const status = createServer({ fetch: statusPage(statusOptions) });

/** A tunnel, and a handler that may give nothing. */
export const tunnels = createServer({
  connect: true,
  async fetch(request, context) {
    if (!request.headers.has('upgrade')) return reply();
    const init: UpgradeInit = { protocol: 'echo', headers: { 'x-a': '1' } };
    const tunnel: Tunnel = await context.upgrade(init);
    tunnel.closed.catch((error: unknown) => error instanceof UpgradeError);
    await tunnel.readable.pipeTo(tunnel.writable);
    tunnel.close();
    tunnel.destroy(new Error());
    return undefined;
  },
});
createServer({
  async fetch(_request, context) {
    await context.upgrade();
  },
});

/** The same server in several processes. */
export async function cluster(): Promise<number> {
  const workers: Workers = await runWorkers({
    count: 'auto',
    signals: true,
    onEvent: ({ kind, pid }: WorkerEvent) => [kind, pid],
    start: async () => {
      await server.listen(3000);
      return server;
    },
  });
  const { total } = await workers.stats();
  await workers.restart();
  const { finished } = await workers.close({ graceMs: 1000 });
  return (total?.inFlight ?? 0) + finished;
}

export async function main(): Promise<number> {
  const { port } = await server.listen({ port: 0 });
  const response: Response = await inject(server, new Request('http://a/'));
  await server.close({ graceMs: 1_000 });
  const limiter = createLimiter({ concurrency: 2 });
  const ran: string = await limiter.run(async () => 'a', { priority: 'default', key: 'k' });
  staticFiles('.', { index: 'index.html' });
  return port + response.status + ran.length + RequestParser.length;
}

// @ts-expect-error: an option that does not exist is refused by its name.
createServer({ fetch: () => reply(), concurency: 4 });
// @ts-expect-error: a handler gives a reply.
createServer({ fetch: () => 'Hello!' });

// @ts-expect-error: what is internal is nobody else's.
server.accept();
