// What every Transport must do, as sentences that run on any of them. A network
// that passes them may stand in for another.

import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/conn/transport.js';
import type { RecordingSink } from '../../src/testing/network/index.js';

export interface ContractEnd {
  readonly transport: Transport;
  readonly sink: RecordingSink;
}

export interface ContractPair {
  readonly client: ContractEnd;
  readonly server: ContractEnd;
  /** Lets the network run until this holds. Fails where it never does. */
  until(holds: () => boolean): Promise<void>;
  /** Lets the network run until nothing more is likely to happen. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a connected pair. */
export type OpenPair = () => Promise<ContractPair>;

/** @param manyBytes More than the network holds between two ends. */
export function describeTransport(name: string, manyBytes: number, open: OpenPair): void {
  const on = (sentence: string, body: (pair: ContractPair) => Promise<void>): void => {
    test(sentence, async () => {
      const pair = await open();
      try {
        await body(pair);
      } finally {
        await pair.close();
      }
    });
  };

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
      const { client, server, settle } = pair;
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
      const held = client.transport.unflushedBytes;
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(manyBytes);
      client.transport.write(new Uint8Array(1_000));
      expect(client.transport.unflushedBytes).toBe(held + 1_000);
      expect(client.sink.flushedCount).toBe(0);
    });

    on('shows how a slow reader gets on with one big write', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
      const before = client.transport.unflushedBytes;
      server.transport.resume();
      await until(() => client.transport.unflushedBytes < before);
      expect(client.sink.flushedCount).toBe(0);
      await until(() => client.sink.flushedCount === 1);
      expect(client.transport.unflushedBytes).toBe(0);
    });

    on('retains a write as a whole until its last byte is gone', async (pair) => {
      const { client, server, until, settle } = pair;
      server.transport.pause();
      client.transport.write(new Uint8Array(manyBytes));
      await settle();
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

/** Bytes of which no two windows of some length are the same. */
function counted(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}
