// A side that reads slowly, or not at all, holds what it is sent, and slows who sends it.

import { describe, expect } from 'vitest';
import { fill, type OnPair } from './contract-pair.js';

export function describePace(name: string, manyBytes: number, on: OnPair): void {
  describe(`${name}: pause`, () => {
    on('holds bytes and FIN until resume', async ({ client, server, until, settle }) => {
      server.transport.pause();
      server.transport.pause();
      client.transport.write('held');
      client.transport.end();
      await settle();
      expect(server.sink.events).toEqual([]);
      server.transport.resume();
      await until(() => server.sink.finCount === 1);
      expect(server.sink.text).toBe('held');
    });

    on('holds a FIN that comes alone', async ({ client, server, until, settle }) => {
      server.transport.pause();
      client.transport.end();
      await settle();
      expect(server.sink.finCount).toBe(0);
      server.transport.resume();
      server.transport.pause();
      server.transport.resume();
      await until(() => server.sink.finCount > 0);
      await settle();
      expect(server.sink.events).toEqual(['fin']);
    });

    on('taken back and given again goes on holding', async ({ client, server, settle }) => {
      server.transport.pause();
      client.transport.end();
      await settle();
      server.transport.resume();
      server.transport.pause();
      await settle();
      expect(server.sink.events).toEqual([]);
    });

    on('does not stop writing', async ({ client, server, until }) => {
      server.transport.pause();
      server.transport.write('out');
      await until(() => client.sink.byteCount === 3);
      expect(client.sink.text).toBe('out');
    });

    on('does not hide a reset behind an empty buffer', async ({ client, server, until }) => {
      server.transport.pause();
      client.transport.reset();
      await until(() => server.sink.resetCount === 1);
      expect(server.sink.events).toEqual(['reset']);
    });
  });

  describe(`${name}: backpressure`, () => {
    on('leaves unflushed what a paused reader does not take', async (pair) => {
      const { client } = pair;
      await fill(pair, manyBytes);
      const held = client.transport.unflushedBytes;
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(manyBytes);
      client.transport.write(new Uint8Array(1_000));
      expect(client.transport.unflushedBytes).toBe(held + 1_000);
      expect(client.sink.flushedCount).toBe(0);
    });

    on('shows how a slow reader gets on with one big write', async (pair) => {
      const { client, server, until } = pair;
      await fill(pair, manyBytes);
      const before = client.transport.unflushedBytes;
      server.transport.resume();
      await until(() => client.transport.unflushedBytes < before);
      expect(client.sink.flushedCount).toBe(0);
      await until(() => client.sink.flushedCount === 1);
      expect(client.transport.unflushedBytes).toBe(0);
    });

    on('retains a write as a whole until its last byte is gone', async (pair) => {
      const { client, server, until } = pair;
      await fill(pair, manyBytes);
      expect(client.transport.unflushedBytes).toBeLessThan(manyBytes);
      expect(client.transport.retainedBytes).toBe(manyBytes);
      client.transport.write(new Uint8Array(1_000));
      expect(client.transport.retainedBytes).toBe(manyBytes + 1_000);
      server.transport.resume();
      await until(() => client.sink.flushedCount === 1);
      expect(client.transport.retainedBytes).toBe(0);
    });

    on('ends with one onFlushed for all that was pending', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      client.transport.write('and more');
      client.transport.write('and more');
      await settle();
      server.transport.resume();
      await until(() => server.sink.byteCount === manyBytes + 16);
      await until(() => client.sink.flushedCount === 1);
      await settle();
      expect(client.sink.flushedCount).toBe(1);
    });

    on('counts what is written meanwhile, and what end waits for', async (pair) => {
      const { client, server, until } = pair;
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      client.transport.write(new Uint8Array(manyBytes));
      server.transport.resume();
      await until(() => client.transport.unflushedBytes < manyBytes);
      client.transport.write(new Uint8Array(manyBytes));
      client.transport.end();
      await until(() => client.sink.flushedCount > 0);
      expect(client.transport.unflushedBytes).toBe(0);
      await until(() => server.sink.finCount === 1);
      expect(server.sink.byteCount).toBe(3 * manyBytes);
      expect(client.sink.events).toEqual(['flushed']);
    });

    on('tells a small write too that was not flushed at once', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.pause();
      // Fills what lies between, in pieces, until a piece of 1,000 bytes is left over.
      for (let i = 0; i < manyBytes / 1_000 && client.transport.unflushedBytes === 0; i++) {
        client.transport.write(new Uint8Array(1_000));
        if (client.transport.unflushedBytes > 0) await settle();
      }
      const told = client.sink.flushedCount;
      server.transport.resume();
      await until(() => client.sink.flushedCount === told + 1);
      expect(client.transport.unflushedBytes).toBe(0);
    });

    on('tells nothing of writes that were flushed at once', async ({ client, server, until }) => {
      client.transport.write('small');
      expect(client.transport.unflushedBytes).toBe(0);
      await until(() => server.sink.byteCount === 5);
      expect(client.sink.events).toEqual([]);
    });

    on('tells the flush of what end waits for', async ({ client, server, until }) => {
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      client.transport.end();
      server.transport.resume();
      await until(() => client.sink.flushedCount === 1);
      await until(() => server.sink.finCount === 1);
    });
  });
}
