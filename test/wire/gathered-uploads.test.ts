// Content that is read as a whole is read into memory that all connections share,
// and copied from there: nobody may find another's bytes in his own.

import { expect, test } from 'vitest';
import { type FetchHandler, reply } from '../../src/index.js';
import { loopTurns } from '../support/loop-turns.js';
import { get, post, serve } from '../support/test-server.js';

const LONG = 300_000;

/** Content that no other has, without a period that a read could hide. */
function content(seed: number, length: number): string {
  const bytes = Buffer.alloc(length);
  let x = seed * 7919 + 1;
  for (let i = 0; i < length; i++) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = 32 + ((x >> 16) % 90);
  }
  return bytes.toString('latin1');
}

const echo: FetchHandler = async (request, context) => {
  // The head is not looked at before others have read.
  await loopTurns(2);
  if (context.target === '/text') return reply(await request.text());
  if (context.target === '/bytes') return reply(new Uint8Array(await request.arrayBuffer()));
  if (context.target === '/stream') {
    const kept: Uint8Array[] = [];
    for await (const chunk of request.body ?? []) kept.push(chunk);
    return reply(Buffer.concat(kept));
  }
  return reply(context.target);
};

// Short content is gathered before the handler starts, long content is read when it asks.
test.each([20, 5000, 60_000, LONG])(
  'each of many at once gets its own %i bytes, whatever else its connection carries',
  async (length) => {
    const served = await serve({
      fetch: echo,
      limits: { drainBytesMax: 2 * LONG },
      // Nobody is refused on a busy machine.
      queue: { law: 'timed', waitMs: 60_000 },
    });
    const clients = await Promise.all(Array.from({ length: 8 }, () => served.connect()));
    await Promise.all(
      clients.map(async (client, i) => {
        for (const [round, target] of ['/text', '/bytes', '/stream', '/drop', '/text'].entries()) {
          const sent = content(i * 10 + round, length);
          // The next request stands in the same read as the end of the content.
          client.send(post(sent, '', target) + get('/behind'));
          const { text } = await client.response();
          // Compared by hand: a difference of 300,000 characters is nothing to look at.
          expect(text === (target === '/drop' ? target : sent), target).toBe(true);
          expect((await client.response()).text).toBe('/behind');
        }
      }),
    );
    expect(served.faults).toEqual([]);
  },
);

test('a chunk stands alone in its memory, which a handler may transfer, and the next request is whole', async () => {
  const served = await serve({
    async fetch(request, context) {
      const shown: string[] = [];
      for await (const chunk of request.body ?? []) {
        const all = new Uint8Array(chunk.buffer as ArrayBuffer);
        // What was never filled is zeroes.
        shown.push(Buffer.from(all).toString('latin1').replaceAll('\0', ''));
        structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] });
      }
      return reply(`${context.target} ${shown.join('')}`);
    },
  });
  const long = content(1, LONG);
  const pairs = [
    ['short', 'short'],
    [long, long],
  ] as const;
  for (const [sent, shown] of pairs) {
    const client = await served.send(
      post(sent, '', '/first') + post('x', '', '/second') + get('/third'),
    );
    const [first, second, third] = await client.responses(3);
    expect(first?.text === `/first ${shown}`).toBe(true);
    expect(second?.text).toBe('/second x');
    expect(third?.text).toBe('/third ');
  }
  const coded = 'Transfer-Encoding: chunked\r\n';
  const client = await served.send(
    `POST /first HTTP/1.1\r\nHost: a\r\n${coded}\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n${get('/second')}`,
  );
  const [first, second] = await client.responses(2);
  expect(first?.text).toBe('/first abcde');
  expect(second?.text).toBe('/second ');
  expect(served.faults).toEqual([]);
});
