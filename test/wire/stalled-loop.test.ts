// The loop stands still while bytes lie in the kernel: nobody is called slow for it.

import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import type { RawClient } from '../support/raw-client.js';
import { get, post, postChunked, serve } from '../support/test-server.js';

const LIMIT_MS = 1000;

/** Computes for longer than any limit. What comes before takes less, on a busy machine too. */
function compute(): void {
  const end = performance.now() + 1.5 * LIMIT_MS;
  while (performance.now() < end);
}

test.each([
  ['inline', false],
  ['after it has waited', true],
])('a handler that computes, %s, costs no client its request', async (_when, waits) => {
  const rests: (readonly [RawClient, string])[] = [];
  const served = await serve({
    limits: { headMs: LIMIT_MS, bodyIdleMs: LIMIT_MS, keepAliveMs: LIMIT_MS },
    concurrency: 64,
    async fetch(request, { target }) {
      if (target !== '/compute') return reply(`got ${await request.text()}`);
      if (waits) await new Promise((resolve) => setImmediate(resolve));
      for (const [client, rest] of rests) client.send(rest);
      compute();
      return reply('computed');
    },
  });
  const begin = async (first: string, rest: string): Promise<void> => {
    rests.push([await served.send(first), rest]);
  };
  for (let i = 0; i < 5; i++) await begin(postChunked('3\r\nabc\r\n'), '3\r\ndef\r\n0\r\n\r\n');
  await begin(post('abcdef').slice(0, -3), 'def');
  await begin(post('abcdef').slice(0, 20), post('abcdef').slice(20));
  rests.push([await served.connect(), post('abcdef')]);
  await loopUntil(() => {
    const { connections } = served.server.stats();
    return connections['reading-body'] === 6 && connections['reading-headers'] === 1;
  });
  const computing = await served.send(get('/compute'));
  for (const [client] of rests) expect((await client.response()).text).toBe('got abcdef');
  expect((await computing.response()).text).toBe('computed');
  expect(served.faults).toEqual([]);
});
