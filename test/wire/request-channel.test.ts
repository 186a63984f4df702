// The tracing channel `sluice:request`, as a tracer of node:diagnostics_channel uses it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { channel as channelOf, tracingChannel } from 'node:diagnostics_channel';
import { afterEach, expect, test } from 'vitest';
import { type FetchHandler, type RequestContext, reply } from '../../src/index.js';
import { get, onTestEnd, serve } from '../support/test-server.js';

interface Message {
  readonly request: Request;
  readonly context: RequestContext;
  readonly result?: { readonly status: number };
  readonly error?: unknown;
}

const heard: [event: string, message: Message][] = [];

function listen(): void {
  const channel = tracingChannel<Message>('sluice:request');
  const on = (event: string) => (message: unknown) => void heard.push([event, message as Message]);
  const listeners = {
    start: on('start'),
    end: on('end'),
    asyncStart: on('asyncStart'),
    asyncEnd: on('asyncEnd'),
    error: on('error'),
  };
  channel.subscribe(listeners);
  onTestEnd(() => channel.unsubscribe(listeners));
}

afterEach(() => {
  heard.length = 0;
});

async function ask(fetch: FetchHandler): Promise<number> {
  const served = await serve({ fetch, health: { live: '/live', ready: '/ready' } });
  const client = await served.send(get('/a'));
  return (await client.response()).status;
}

const failure = new Error('x');

test.each<[string, FetchHandler, number, string[], object]>([
  [
    'a reply',
    () => reply('x', { status: 201 }),
    201,
    ['start', 'end'],
    { result: { status: 201 } },
  ],
  [
    'a promise',
    async () => reply('x', { status: 201 }),
    201,
    ['start', 'end', 'asyncStart', 'asyncEnd'],
    { result: { status: 201 } },
  ],
  [
    'a throw',
    () => {
      throw failure;
    },
    500,
    ['start', 'error', 'end'],
    { error: failure },
  ],
  [
    'a promise that rejects',
    () => Promise.reject(failure),
    500,
    ['start', 'end', 'error', 'asyncStart', 'asyncEnd'],
    { error: failure },
  ],
])(
  '%s is told in the order of a tracing channel',
  async (_what, fetch, status, events, message) => {
    listen();
    expect(await ask(fetch)).toBe(status);
    expect(heard.map(([event]) => event)).toEqual(events);
    const [, first] = heard[0] as [string, Message];
    expect(first).toMatchObject(message);
    expect([first.request.method, first.context.target]).toEqual(['GET', '/a']);
    for (const [, other] of heard) expect(other).toBe(first);
  },
);

test('a store that is bound to it reaches through the handler', async () => {
  const store = new AsyncLocalStorage<unknown>();
  const start = channelOf('tracing:sluice:request:start');
  start.bindStore(store, (message) => (message as Message).context.target);
  onTestEnd(() => start.unbindStore(store));
  const seen: unknown[] = [];
  await ask(async () => {
    seen.push(store.getStore());
    await null;
    seen.push(store.getStore());
    return reply('x');
  });
  expect(seen).toEqual(['/a', '/a']);
});

test('paths of health are answered without a handler, and are not told', async () => {
  listen();
  const served = await serve({
    fetch: () => reply('x'),
    health: { live: '/live', ready: '/ready' },
  });
  await (await served.send(get('/live'))).response();
  expect(heard).toEqual([]);
});
