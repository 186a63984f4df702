// What the ledger says, held against what the process has: whatever is held for connections is counted.

import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { heldMemory } from '../support/process-memory.js';
import { gate, serve } from '../support/test-server.js';

const MIB = 1024 * 1024;
const BUDGET = 8 * MIB;
/** Objects, and what Node holds below us. */
const BESIDE = 4 * MIB;
const content = Buffer.alloc(1_000_000, 'x');

const reads: Readonly<Record<string, (request: Request) => Promise<unknown>>> = {
  text: (request) => request.text(),
  arrayBuffer: (request) => request.arrayBuffer(),
  blob: (request) => request.blob(),
};

test.each(
  (['auto', 'net'] as const).flatMap((transport) =>
    Object.keys(reads).map((how) => [transport, how] as const),
  ),
)(
  '%s: 60 clients with 1 MB each, read by %s, hold what the budget allows',
  async (transport, how) => {
    const { promise, open } = gate();
    let read = 0;
    const served = await serve({
      transport,
      limits: { bufferedBytesMax: BUDGET },
      async fetch(request) {
        const whole = await reads[how]?.(request);
        read++;
        await promise;
        return reply(typeof whole === 'string' ? 'a string' : 'bytes');
      },
    });
    const clients = await Promise.all(Array.from({ length: 60 }, () => served.connect()));
    const before = heldMemory();
    for (const client of clients) {
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`);
      client.send(content);
    }
    await loopUntil(() => read >= 2);
    await loopTurns(20);
    const { bytes, bytesMax } = served.server.stats();
    expect(bytesMax).toBe(BUDGET);
    expect(bytes).toBeGreaterThan(2 * MIB);
    expect(bytes).toBeLessThanOrEqual(BUDGET);
    // Dead memory outside the heap is given back in a thread of its own.
    await loopUntil(() => heldMemory() - before <= BUDGET + BESIDE);
    open();
    const statuses = await Promise.all(
      clients.map(async (client) => (await client.response()).status),
    );
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(2);
    await loopUntil(() => served.server.stats().bytes === 0);
  },
);
