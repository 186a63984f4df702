// How many writes the answers to pipelined requests are put into.

import { describe, expect, test } from 'vitest';
import type { Transport } from '../../../src/conn/transport.js';
import { type FetchHandler, reply } from '../../../src/index.js';
import { createServerIn } from '../../../src/server.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { gate, get } from '../../support/served.js';

class CountingTransport implements Transport {
  readonly remote = { address: '127.0.0.1', port: 1 };
  readonly local = { address: '127.0.0.1', port: 2 };
  readonly encrypted = false;
  readonly unflushedBytes = 0;
  readonly retainedBytes = 0;
  readonly unreadBytes = 0;
  readonly written: Uint8Array[] = [];
  write(bytes: Uint8Array | string): void {
    this.written.push(bytesOf(bytes));
  }
  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    this.written.push(Buffer.concat(pieces.map(bytesOf)));
  }
  end(): void {}
  destroy(): void {}
  reset(): void {}
  pause(): void {}
  resume(): void {}
  lendTo(): void {}
}

function bytesOf(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
}

/** A server with `fetch` to which `bytes` came at once. */
function served(fetch: FetchHandler, bytes: string) {
  const clock = new VirtualClock();
  const transport = new CountingTransport();
  const server = createServerIn(new VirtualEnvironment(clock), { fetch });
  server.accept(transport, 0).onBytes(Buffer.from(bytes), 0);
  return {
    /** Everything that is due now, and nothing that is due later. */
    runTick: () => clock.runAsync({ until: clock.now }),
    /** How many answers each write holds. */
    get writes(): number[] {
      return transport.written.map((bytes) => occurrencesOf('HTTP/1.1 200', bytes));
    },
  };
}

const occurrencesOf = (text: string, bytes: Uint8Array): number =>
  Buffer.from(bytes).toString('latin1').split(text).length - 1;

const requests = get('/1') + get('/2') + get('/3') + get('/4');

describe('answers to pipelined requests leave in one write', () => {
  test('where handlers answer at once: in the call that brought them', () => {
    const { writes } = served(() => reply('x'), requests);
    expect(writes).toEqual([4]);
  });

  test('where handlers wait for promises only', async () => {
    const line = served(async () => {
      await null;
      return reply('x');
    }, requests);
    await line.runTick();
    expect(line.writes).toEqual([4]);
  });

  test('where some answer at once and some wait for promises', async () => {
    let handled = 0;
    const line = served(() => {
      const answer = reply('x');
      return ++handled % 2 === 0 ? Promise.resolve(answer) : answer;
    }, requests);
    await line.runTick();
    expect(line.writes).toEqual([4]);
  });

  test('up to 16 KiB', async () => {
    const long = 'x'.repeat(10 * 1024);
    const line = served(async () => reply(long), requests);
    await line.runTick();
    expect(line.writes).toEqual([2, 2]);
  });
});

describe('an answer that is ready waits for none', () => {
  test('that takes longer than promises do', async () => {
    const second = gate();
    let handled = 0;
    const line = served(async () => {
      if (++handled === 2) await second.promise;
      return reply('x');
    }, requests);
    await line.runTick();
    expect(line.writes).toEqual([1]);
    second.open();
    await line.runTick();
    expect(line.writes).toEqual([1, 3]);
  });

  test('where no request stands behind it: not even for the tick', async () => {
    const line = served(() => Promise.resolve(reply('x')), get('/1'));
    // The promise, and what waits for it.
    for (let i = 0; i < 5; i++) await null;
    expect(line.writes).toEqual([1]);
  });
});
