// Nothing is buffered without a bound, in either direction: a slow reader slows
// the handler, a slow handler slows the sender.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { heldMemory } from '../support/process-memory.js';
import { Arrivals, gate, get, onTestEnd, postChunked, serve } from '../support/test-server.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Sockets that a server of this process accepts, as Node tells whoever asks. */
function acceptedSockets(): Socket[] {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('net.server.socket', onSocket);
  onTestEnd(() => unsubscribe('net.server.socket', onSocket));
  return sockets;
}

/** Lets the loop turn until `value` has stood still for long. */
async function settled(value: () => number): Promise<number> {
  for (;;) {
    const before = value();
    await loopTurns(300);
    if (value() === before) return before;
  }
}

describe('an upload', () => {
  test.each([
    ['of a declared length', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GIB}\r\n\r\n`],
    ['in chunks', postChunked(`${GIB.toString(16)}\r\n`)],
  ])(
    'of 1 GiB %s that nobody reads moves no more than the read-ahead and socket buffers',
    async (_how, head) => {
      const accepted = acceptedSockets();
      const started = new Arrivals<void>();
      const answer = gate();
      const served = await serve({
        async fetch() {
          started.add();
          await answer.promise;
          return reply('early');
        },
      });
      const client = await served.send(head);
      const piece = new Uint8Array(MIB);
      const push = (): void => {
        while (client.socket.writable && client.socket.write(piece));
      };
      client.socket.on('drain', push);
      push();
      await started.next();
      const socket = accepted[0];
      // The read-ahead, and one more read in Node's socket.
      expect(await settled(() => socket?.bytesRead ?? 0)).toBeLessThanOrEqual(2 * 64 * KIB);
      expect(served.server.stats().bytes).toBeLessThanOrEqual(2 * 64 * KIB);
      // The client could get rid of no more than the kernel's buffers hold.
      expect(await settled(() => client.socket.bytesWritten)).toBeLessThan(64 * MIB);
      answer.open();
      expect((await client.response()).text).toBe('early');
    },
  );

  test('is read at the pace of the handler', async () => {
    const accepted = acceptedSockets();
    const ask = new Arrivals<void>();
    const got = new Arrivals<number>();
    let freely = false;
    const size = 32 * MIB;
    const served = await serve({
      limits: { bodyBytesMax: size },
      async fetch(request) {
        let sum = 0;
        for await (const chunk of request.body ?? []) {
          sum += chunk.length;
          if (freely) continue;
          got.add(sum);
          await ask.next();
        }
        return reply(String(sum));
      },
    });
    const client = await served.send(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`,
    );
    client.send(new Uint8Array(size));
    for (let i = 0; i < 20; i++) {
      const taken = await got.next();
      const read = await settled(() => accepted[0]?.bytesRead ?? 0);
      expect(read - taken).toBeLessThanOrEqual(3 * 64 * KIB);
      ask.add();
    }
    freely = true;
    ask.add();
    expect((await client.response()).text).toBe(String(size));
  });

  test('of single bytes in chunks of their own costs memory of its own size, not an object each', async () => {
    const started = new Arrivals<void>();
    const answer = gate();
    const served = await serve({
      async fetch(request) {
        started.add();
        await answer.promise;
        return reply(String((await request.text()).length));
      },
    });
    const client = await served.send(postChunked(''));
    await started.next();
    const before = heldMemory();
    for (let i = 0; i < 2000; i++) await client.sent('1\r\nx\r\n');
    expect(heldMemory() - before).toBeLessThan(2 * MIB);
    answer.open();
    client.send('0\r\n\r\n');
    expect((await client.response()).text).toBe('2000');
  });
});

describe('a reply', () => {
  test.each([
    ['generator', 64 * KIB],
    ['async generator', 64 * KIB],
    ['generator of small pieces', 100],
    ['stream', 64 * KIB],
  ])(
    'of 1 GiB from a %s is pulled a bounded number of times for a silent reader',
    async (kind, size) => {
      let pulled = 0;
      let ended = 0;
      const total = GIB / size;
      const piece = new Uint8Array(size);
      function* pieces(): Generator<Uint8Array> {
        try {
          for (; pulled < total; pulled++) yield piece;
        } finally {
          ended++;
        }
      }
      async function* later(): AsyncGenerator<Uint8Array> {
        yield* pieces();
      }
      const stream = (): ReadableStream<Uint8Array> =>
        new ReadableStream(
          {
            pull(controller) {
              pulled++;
              controller.enqueue(piece);
            },
            cancel() {
              ended++;
            },
          },
          { highWaterMark: 0 },
        );
      const served = await serve({
        fetch: () =>
          reply(kind === 'stream' ? stream() : kind.startsWith('async') ? later() : pieces()),
      });
      const client = await served.connect();
      client.pause();
      client.send(get());
      await loopUntil(() => pulled > 0);
      // All that the kernel takes, one backlog and what Node's client read before its pause.
      expect((await settled(() => pulled)) * size).toBeLessThan(32 * MIB);
      expect(served.server.stats().bytes).toBeLessThanOrEqual(4 * 64 * KIB);
      client.reset();
      await loopUntil(() => ended === 1);
    },
  );

  test('goes on as the reader reads', async () => {
    let pulled = 0;
    const piece = new Uint8Array(64 * KIB);
    const total = 1024;
    const served = await serve({
      fetch: () =>
        reply(
          (function* () {
            for (; pulled < total; pulled++) yield piece;
          })(),
          { headers: { 'Content-Length': total * piece.length } },
        ),
    });
    const client = await served.connect();
    client.pause();
    client.send(get());
    await loopUntil(() => pulled > 0);
    const head = client.head();
    let taken = 0;
    while (taken < total * piece.length) {
      const stuckAt = await settled(() => pulled);
      // What was pulled is never far ahead of what was taken.
      expect(stuckAt * piece.length - taken).toBeLessThan(32 * MIB);
      client.resume();
      if (taken === 0) await head;
      const count = Math.min(16 * MIB, total * piece.length - taken);
      await client.take(count);
      taken += count;
      client.pause();
    }
    await loopUntil(() => pulled === total);
  });

  test('of one connection does not starve another', async () => {
    const served = await serve({
      fetch: (_request, { target }) =>
        reply(
          target === '/endless'
            ? (function* () {
                const piece = new Uint8Array(64 * KIB);
                for (;;) yield piece;
              })()
            : 'x',
        ),
    });
    const endless = await served.send(get('/endless'));
    let flood = 0;
    endless.socket.removeAllListeners('data');
    endless.socket.on('data', (bytes: Uint8Array) => {
      flood += bytes.length;
    });
    await loopUntil(() => flood > MIB);
    const client = await served.connect();
    for (let i = 0; i < 10; i++) expect((await client.send(get()).response()).text).toBe('x');
    endless.reset();
  });

  test('to pipelined requests whose client does not read stops taking requests', async () => {
    let handled = 0;
    const answer = 'x'.repeat(10_000);
    const served = await serve({
      // On a machine that is busy elsewhere some would wait for longer than is worth it.
      queue: { law: 'timed', waitMs: 60_000 },
      fetch() {
        handled++;
        return reply(answer);
      },
    });
    const client = await served.connect();
    client.pause();
    const count = 10_000;
    client.send(get().repeat(count));
    await loopUntil(() => handled > 0);
    expect((await settled(() => handled)) * answer.length).toBeLessThan(32 * MIB);
    expect(served.server.stats().bytes).toBeLessThanOrEqual(4 * 64 * KIB);
    const before = handled;
    expect(before).toBeLessThan(count);
    client.resume();
    for (let i = 0; i < count; i++) {
      if ((await client.response()).body.length !== answer.length) throw new Error('not an answer');
    }
    expect(handled).toBe(count);
  });
});
