// Bytes arrive whole and in order, and the FIN behind them.

import { describe, expect } from 'vitest';
import type { OnPair } from './contract-pair.js';

export function describeArrival(name: string, manyBytes: number, on: OnPair): void {
  describe(`${name}: bytes`, () => {
    on('arrive whole and in order', async ({ client, server, until }) => {
      const sent = counted(300_000);
      for (let from = 0; from < sent.length; from += 7_001) {
        client.transport.write(sent.subarray(from, from + 7_001));
      }
      await until(() => server.sink.byteCount === sent.length);
      expect(Buffer.compare(server.sink.bytes, sent)).toBe(0);
    });

    on('arrive in order however they are handed over', async ({ client, server, until }) => {
      const sent = counted(300_000);
      const parts = [sent.subarray(0, 10), sent.subarray(10, 200_000), sent.subarray(200_000)];
      client.transport.write('a');
      client.transport.writeAll(['b', parts[0] as Uint8Array, parts[1] as Uint8Array, 'cd']);
      client.transport.writeAll([parts[2] as Uint8Array]);
      client.transport.write('e');
      await until(() => server.sink.byteCount === sent.length + 5);
      const expected = Buffer.concat([
        ...[Buffer.from('ab'), parts[0], parts[1], Buffer.from('cd'), parts[2], Buffer.from('e')],
      ] as Uint8Array[]);
      expect(Buffer.compare(server.sink.bytes, expected)).toBe(0);
    });

    on('travel both ways at once', async ({ client, server, until }) => {
      client.transport.write('ping');
      server.transport.write('pong');
      await until(() => server.sink.byteCount === 4 && client.sink.byteCount === 4);
      expect([server.sink.text, client.sink.text]).toEqual(['ping', 'pong']);
    });

    on('are latin1 where a string is written', async ({ client, server, until }) => {
      const text = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
      client.transport.write(text);
      await until(() => server.sink.byteCount === 256);
      expect([...server.sink.bytes]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    });

    on('are told with a clock that never goes back', async ({ client, server, until }) => {
      client.transport.write('a');
      await until(() => server.sink.byteCount === 1);
      const first = server.sink.lastEventAt;
      client.transport.write('b');
      await until(() => server.sink.byteCount === 2);
      expect(server.sink.lastEventAt).toBeGreaterThanOrEqual(first ?? Infinity);
    });

    on('that are lent are whole while they are told', async ({ client, server, until }) => {
      const sent = counted(300_000);
      server.transport.lendTo(server.sink);
      client.transport.write(sent);
      await until(() => server.sink.byteCount === sent.length);
      expect(Buffer.compare(server.sink.bytes, sent)).toBe(0);
    });

    on('are lent no more once they are wanted', async ({ client, server, until }) => {
      const { transport, sink } = server;
      transport.lendTo(sink);
      client.transport.write('lent');
      await until(() => sink.byteCount === 4);
      transport.lendTo(undefined);
      const { lentCount } = sink;
      // Bytes of several reads, short and long ones, stay what they are.
      const pieces = [counted(300_000), counted(5).reverse(), counted(70_000).reverse()];
      let expected = 4;
      for (const piece of pieces) {
        client.transport.write(piece);
        expected += piece.length;
        await until(() => sink.byteCount === expected);
      }
      expect(sink.lentCount).toBe(lentCount);
      transport.lendTo(sink);
      client.transport.write('lent again');
      await until(() => sink.byteCount === expected + 10);
      expect(Buffer.compare(sink.bytes.subarray(4, expected), Buffer.concat(pieces))).toBe(0);
    });

    on('that come behind a pause are not lent', async ({ client, server, until, settle }) => {
      const { transport, sink } = server;
      transport.lendTo(sink);
      client.transport.write('a');
      await until(() => sink.byteCount === 1);
      transport.pause();
      client.transport.write('held');
      await settle();
      transport.resume();
      await until(() => sink.byteCount === 5);
      expect(sink.text.slice(1)).toBe('held');
    });

    on('of length 0 are no event', async ({ client, server, settle }) => {
      client.transport.write('');
      client.transport.write(new Uint8Array(0));
      await settle();
      expect(server.sink.events).toEqual([]);
      expect(client.sink.events).toEqual([]);
    });

    on('are never told from within a call', async ({ client, server, until }) => {
      const { transport, sink } = client;
      server.transport.write('here');
      await until(() => sink.byteCount === 4);
      const before = sink.events.length;
      transport.pause();
      transport.write(new Uint8Array(manyBytes));
      transport.resume();
      transport.end();
      transport.destroy();
      transport.reset();
      expect(sink.events.length).toBe(before);
    });
  });

  describe(`${name}: FIN`, () => {
    on('comes once, and after all bytes', async ({ client, server, until, settle }) => {
      client.transport.write(new Uint8Array(100_000));
      client.transport.write('end');
      client.transport.end();
      client.transport.end();
      await until(() => server.sink.finCount === 1);
      await settle();
      expect(server.sink.byteCount).toBe(100_003);
      expect(server.sink.events).toEqual(['bytes', 'fin']);
    });

    on('leaves the other way open', async ({ client, server, until }) => {
      client.transport.end();
      await until(() => server.sink.finCount === 1);
      server.transport.write('late');
      server.transport.end();
      await until(() => client.sink.finCount === 1);
      expect(client.sink.text).toBe('late');
    });

    on('of the server leaves the client free to write', async ({ client, server, until }) => {
      server.transport.end();
      await until(() => client.sink.finCount === 1);
      client.transport.write('still here');
      client.transport.end();
      await until(() => server.sink.finCount === 1);
      expect(server.sink.text).toBe('still here');
    });

    on('both ways is no reset', async ({ client, server, until, settle }) => {
      client.transport.end();
      server.transport.end();
      await until(() => client.sink.finCount === 1 && server.sink.finCount === 1);
      await settle();
      expect([client.sink.events, server.sink.events]).toEqual([['fin'], ['fin']]);
    });

    on('waits for what is not flushed', async ({ client, server, until }) => {
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      client.transport.end();
      server.transport.resume();
      await until(() => server.sink.finCount === 1);
      expect(server.sink.byteCount).toBe(manyBytes);
    });
  });
}

/** Bytes of which no two windows of some length are the same. */
function counted(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}
