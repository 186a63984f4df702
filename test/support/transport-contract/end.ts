// How a connection ends on this side, and what the other side hears of it.

import { describe, expect } from 'vitest';
import { type ContractPair, fill, type OnPair } from './contract-pair.js';

export function describeEnd(name: string, manyBytes: number, on: OnPair): void {
  describe(`${name}: the end`, () => {
    on('by destroy is silent here and a FIN there', async ({ client, server, until, settle }) => {
      client.transport.write('bye');
      client.transport.destroy();
      client.transport.destroy();
      client.transport.write('nobody hears this');
      await until(() => server.sink.finCount === 1);
      await settle();
      expect(server.sink.text).toBe('bye');
      expect(client.sink.events).toEqual([]);
    });

    on('by destroy drops what was not flushed', async (pair) => {
      const { client, server, until } = pair;
      await fill(pair, manyBytes);
      client.transport.destroy();
      expect(client.transport.unflushedBytes).toBe(0);
      server.transport.resume();
      await until(() => server.sink.finCount + server.sink.resetCount === 1);
      expect(server.sink.byteCount).toBeLessThan(manyBytes);
      expect(client.sink.events).toEqual([]);
    });

    on('by destroy tells nothing of what comes later', async ({ client, server, settle }) => {
      client.transport.destroy();
      server.transport.write('too late');
      await settle();
      server.transport.write('much too late');
      await settle();
      expect(client.sink.events).toEqual([]);
      // Bytes for nobody are answered by a reset.
      expect(server.sink.resetCount).toBe(1);
    });

    on('by reset is seen as a reset', async ({ client, server, until, settle }) => {
      client.transport.reset();
      client.transport.reset();
      await until(() => server.sink.resetCount === 1);
      await settle();
      expect(server.sink.events).toEqual(['reset']);
      expect(server.sink.resetError).toMatchObject({ code: 'ECONNRESET' });
      expect(client.sink.events).toEqual([]);
    });

    on('by reset is the last event', async ({ client, server, until, settle }) => {
      client.transport.reset();
      await until(() => server.sink.resetCount === 1);
      server.transport.write('to nobody');
      server.transport.end();
      server.transport.resume();
      server.transport.destroy();
      await settle();
      expect(server.sink.events).toEqual(['reset']);
    });

    on('by reset is possible with bytes pending', async (pair) => {
      const { client, server } = pair;
      await fill(pair, manyBytes);
      client.transport.reset();
      server.transport.resume();
      // A FIN first is what Node 20 and 22 make of a reset behind bytes.
      await seesReset(pair);
      expect(server.sink.byteCount).toBeLessThan(manyBytes);
      expect(client.sink.events).toEqual([]);
    });

    on('by reset is possible right after end', async (pair) => {
      const { client, settle } = pair;
      client.transport.write('last words');
      client.transport.end();
      client.transport.reset();
      await seesReset(pair);
      await settle();
      expect(client.sink.events).toEqual([]);
    });

    on('of the peer is seen by writing, behind a FIN', async (pair) => {
      const { client, server, until } = pair;
      client.transport.end();
      await until(() => server.sink.finCount === 1);
      client.transport.reset();
      await seesReset(pair);
      expect(server.sink.events).toEqual(['fin', 'reset']);
    });

    on('reaches a writer who waits for a flush behind a FIN', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.end();
      await until(() => client.sink.finCount === 1);
      await fill(pair, manyBytes);
      server.transport.reset();
      await until(() => client.sink.resetCount === 1);
      await settle();
      expect(client.sink.events).toEqual(['fin', 'reset']);
    });

    on('reaches a writer who waits for a flush', async (pair) => {
      const { client, server, until, settle } = pair;
      await fill(pair, manyBytes);
      server.transport.reset();
      await until(() => client.sink.resetCount === 1);
      await settle();
      expect(client.sink.events).toEqual(['reset']);
      expect(client.transport.unflushedBytes).toBe(0);
    });
  });
}

/** The server sees a reset. Where it comes behind a FIN, a write that comes after it sees it. */
async function seesReset({ server, until, settle }: ContractPair): Promise<void> {
  await until(() => server.sink.finCount + server.sink.resetCount > 0);
  await settle();
  server.transport.write('are you there?');
  await until(() => server.sink.resetCount === 1);
}
