// The bytes of a tunnel are the same however they are cut, whoever reads them, and at whatever pace.

import fc from 'fast-check';
import { test } from 'vitest';
import type { FetchHandler } from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';

const ASK = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n';
const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

const readers: Readonly<
  Record<string, (from: ReadableStream<Uint8Array>) => AsyncGenerator<Uint8Array>>
> = {
  async *iterator(readable) {
    for await (const chunk of readable) yield chunk;
  },
  async *reader(readable) {
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  },
  async *byob(readable) {
    const reader = readable.getReader({ mode: 'byob' });
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(3));
      if (done) return;
      yield value;
    }
  },
};

/** What the client is sent, if it sends this in these pieces, and then FIN. */
async function echoed(
  pieces: readonly Uint8Array[],
  reader: string,
  pauses: boolean,
): Promise<string> {
  const echo: FetchHandler = async (_request, context) => {
    const tunnel = await context.upgrade();
    const writer = tunnel.writable.getWriter();
    const read = readers[reader] as (typeof readers)[string];
    for await (const chunk of read(tunnel.readable)) {
      if (pauses) await new Promise((resolve) => scene.clock.after(1, () => resolve(undefined)));
      await writer.write(chunk);
    }
    await writer.close();
  };
  const scene: ConnectionScene = new ConnectionScene(echo);
  for (const piece of pieces) {
    scene.connection.onBytes(piece.slice(), scene.clock.now);
    if (!pauses) await scene.to(scene.clock.now);
  }
  scene.connection.onFin(scene.clock.now);
  for (let i = 0; i < 3; i++) await scene.to(scene.clock.now + 1000);
  return `${scene.written} ${scene.state}`;
}

test('what is sent behind an upgrade comes back, whole and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.nat({ max: ASK.length + 60 }), { maxLength: 8 }),
      fc.constantFrom(...Object.keys(readers)),
      fc.boolean(),
      async (content, cuts, reader, pauses) => {
        const all = Buffer.concat([Buffer.from(ASK, 'latin1'), content]);
        const ends = [...cuts.filter((at) => at < all.length), all.length].sort((a, b) => a - b);
        const pieces = ends.map((to, i) => all.subarray(ends[i - 1] ?? 0, to));
        const got = await echoed(pieces, reader, pauses);
        const expected = `${HEAD}${Buffer.from(content).toString('latin1')} closed/closed/last`;
        if (got !== expected) throw new Error(`got ${got}`);
      },
    ),
    { numRuns: 200 },
  );
});
