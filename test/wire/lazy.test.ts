// What nobody looks at is not made: counted by globals that count, put in place
// before sluice is loaded.

import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { RequestContext } from '../../src/index.js';
import { get, post, postChunked, type serve as Serve } from '../support/test-server.js';

const NAMES = ['Request', 'Response', 'Headers', 'AbortController', 'ReadableStream'] as const;
type Name = (typeof NAMES)[number];

const made = new Map<Name, number>();
let serve: typeof Serve;
let reply: typeof import('../../src/index.js').reply;

beforeAll(async () => {
  for (const name of NAMES) {
    const Native = globalThis[name] as new (...args: never[]) => object;
    vi.stubGlobal(
      name,
      new Proxy(Native, {
        construct(target, args, newTarget) {
          made.set(name, (made.get(name) ?? 0) + 1);
          return Reflect.construct(target, args, newTarget);
        },
      }),
    );
  }
  vi.resetModules();
  ({ serve } = await import('../support/test-server.js'));
  ({ reply } = await import('../../src/index.js'));
});

beforeEach(() => made.clear());

/** What one request costs whose handler looks at what `look` does. */
async function madeBy(
  bytes: string,
  look: (request: Request, context: RequestContext) => unknown,
): Promise<Record<string, number>> {
  const served = await serve({
    async fetch(request, context) {
      await look(request, context);
      return reply('x');
    },
  });
  const client = await served.send(bytes);
  expect((await client.response()).status).toBe(200);
  return Object.fromEntries(made);
}

const requests = [get(), post('abc'), postChunked('3\r\nabc\r\n0\r\n\r\n')];

test.each(requests)('a handler that looks at nothing constructs nothing: %j', async (bytes) => {
  expect(await madeBy(bytes, () => undefined)).toEqual({});
});

test('method, url, single fields, raw headers and the context construct nothing', async () => {
  const look = (request: Request, context: RequestContext): unknown[] => [
    request instanceof Request,
    request.method,
    request.url,
    request.headers.get('host'),
    request.bodyUsed,
    context.target,
    context.rawHeaders,
    context.remoteAddress,
    context.trailers,
    context.completed,
  ];
  expect(await madeBy(get(), look)).toEqual({});
});

test('content read as a whole constructs no stream', async () => {
  for (const bytes of requests)
    expect(await madeBy(bytes, (request) => request.text())).toEqual({});
});

test('what is looked at is made, once', async () => {
  const look = (request: Request): unknown => [request.signal, request.signal];
  expect(await madeBy(get(), look)).toEqual({ AbortController: 1 });
  made.clear();
  const bodies = (request: Request): unknown => [request.body, request.body];
  expect(await madeBy(post('abc'), bodies)).toEqual({ ReadableStream: 1 });
  made.clear();
  expect((await madeBy(get(), (request) => request.clone())).Request).toBe(1);
});
