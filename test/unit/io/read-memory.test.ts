// Which memory Node is to read into next, told by a handle that is none of Node's:
// what was given away must never be read into again.

import { describe, expect, test } from 'vitest';
import { HandleGroup } from '../../../src/io/handle-group.js';
import { HandleTransport } from '../../../src/io/handle-transport.js';
import { FakeHandle, fakeApi } from '../../support/fake-handle.js';

const FULL = 64 * 1024;

class ReadingHandle extends FakeHandle {
  read(count: number, fill: number): void {
    this.arrive(new Uint8Array(count).fill(fill));
    this.poll();
  }
}

function opened() {
  const api = fakeApi();
  const group = new HandleGroup(api, undefined);
  const handle = new ReadingHandle(api);
  const transport = new HandleTransport(handle.asHandle, group);
  const kept: Uint8Array[] = [];
  const lent: number[] = [];
  let fails = false;
  const sink = {
    onBytes(bytes: Uint8Array) {
      kept.push(bytes);
      if (fails) throw new Error('from the sink');
    },
    onLent: (memory: Uint8Array, length: number) => void lent.push(length, memory[0] as number),
    onFin() {},
    onFlushed() {},
    onReset() {},
  };
  transport.attach(sink);
  const fail = () => {
    fails = true;
  };
  return { transport, handle, group, kept, lent, sink, fail };
}

describe('a handle that lends', () => {
  test('reads into the memory that all share, and gives none of it away', () => {
    const { transport, handle, group, kept, lent, sink } = opened();
    transport.lendTo(sink);
    handle.read(5, 1);
    handle.read(FULL, 2);
    expect(lent).toEqual([5, 1, FULL, 2]);
    expect(handle.memory).toBe(group.readMemory);
    transport.lendTo(undefined);
    handle.read(5, 3);
    handle.read(7, 4);
    expect(kept.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [5, 3],
      [7, 4],
    ]);
    expect(kept.some(({ buffer }) => buffer === group.readMemory.buffer)).toBe(false);
  });

  test('reads what is kept into memory of its own where reads come full, each time into another', () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    for (let fill = 1; fill <= 5; fill++) handle.read(FULL, fill);
    expect(kept.map((bytes) => [bytes.length, bytes[0], bytes[FULL - 1]])).toEqual(
      [1, 2, 3, 4, 5].map((fill) => [FULL, fill, fill]),
    );
    expect(new Set([...kept, group.readMemory].map(({ buffer }) => buffer)).size).toBe(6);
  });

  test('holds a copy of what comes behind a pause, and no memory for the next read', () => {
    const { transport, handle, group, sink } = opened();
    transport.lendTo(sink);
    transport.pause();
    handle.read(FULL, 1);
    expect(transport.unreadBytes).toBe(FULL);
    expect(handle.memory).toBe(group.readMemory);
  });

  test('holds no memory of its own for a peer whose reads are short, and counts what it holds', () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    expect(transport.unreadBytes).toBe(FULL);
    handle.read(10, 2);
    expect(transport.unreadBytes).toBe(0);
    expect(handle.memory).toBe(group.readMemory);
    // Ten bytes keep ten bytes alive.
    expect(kept[1]?.buffer.byteLength).toBe(10);
  });

  test('shows nothing of its memory that nobody wrote', () => {
    const { transport, handle, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    handle.memory?.fill(9);
    handle.read(40_000, 2);
    const given = Buffer.from((kept[1] as Uint8Array).buffer);
    expect(given.length).toBe(FULL);
    expect(given.subarray(0, 40_000).every((byte) => byte === 2)).toBe(true);
    expect(given.subarray(40_000).every((byte) => byte === 0)).toBe(true);
  });

  test('is closed where a sink throws, for Node would read on into what was given away', () => {
    const { transport, handle, sink, fail } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    fail();
    expect(() => handle.read(FULL, 2)).toThrow('from the sink');
    expect(handle.ended).toBe('close');
  });
});
