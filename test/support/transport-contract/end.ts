// How a connection ends on this side, and what the other side hears of it.

import { describe, expect } from 'vitest';
import type { OnPair } from './contract-pair.js';

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

    on('by destroy drops what was not flushed', async ({ client, server, until, settle }) => {
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
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

    on('by reset is possible with bytes pending', async ({ client, server, until, settle }) => {
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
      client.transport.reset();
      server.transport.resume();
      // A FIN first is what Node 20 and 22 make of a reset behind bytes.
      await until(() => server.sink.resetCount + server.sink.finCount > 0);
      await settle();
      server.transport.write('are you there?');
      await until(() => server.sink.resetCount === 1);
      expect(server.sink.byteCount).toBeLessThan(manyBytes);
      expect(client.sink.events).toEqual([]);
    });

    on('by reset is possible right after end', async ({ client, server, until, settle }) => {
      client.transport.write('last words');
      client.transport.end();
      client.transport.reset();
      await until(() => server.sink.finCount + server.sink.resetCount > 0);
      // Behind a FIN, a reset is seen by a write that comes after it.
      await settle();
      server.transport.write('are you there?');
      await until(() => server.sink.resetCount === 1);
      await settle();
      expect(client.sink.events).toEqual([]);
    });

    on('of the peer is seen by writing, behind a FIN', async (pair) => {
      const { client, server, until, settle } = pair;
      client.transport.end();
      await until(() => server.sink.finCount === 1);
      client.transport.reset();
      await settle();
      server.transport.write('are you there?');
      await until(() => server.sink.resetCount === 1);
      expect(server.sink.events).toEqual(['fin', 'reset']);
    });

    on('reaches a writer who waits for a flush behind a FIN', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.end();
      await until(() => client.sink.finCount === 1);
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
      server.transport.reset();
      await until(() => client.sink.resetCount === 1);
      await settle();
      expect(client.sink.events).toEqual(['fin', 'reset']);
    });

    on('reaches a writer who waits for a flush', async ({ client, server, until, settle }) => {
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
      server.transport.reset();
      await until(() => client.sink.resetCount === 1);
      await settle();
      expect(client.sink.events).toEqual(['reset']);
      expect(client.transport.unflushedBytes).toBe(0);
    });
  });
}
