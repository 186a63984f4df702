// Which memory Node is to read into next, told by a handle that is none of Node's:
// what was given away must never be read into again.

import { describe, expect, test } from 'vitest';
import { HandleGroup } from '../../../../src/io/transport/handle-group.js';
import { HandleTransport } from '../../../../src/io/transport/handle-transport.js';
import { FakeHandle, fakeApi } from '../../../support/fake-handle.js';

const FULL = 64 * 1024;

class ReadingHandle extends FakeHandle {
  read(count: number, fill: number): void {
    this.arrive(new Uint8Array(count).fill(fill));
    this.poll();
  }
}

function opened() {
  return openedIn(new HandleGroup(fakeApi(), undefined));
}

function openedIn(group: HandleGroup) {
  const handle = new ReadingHandle(group.api);
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
    expect(handle.memory).toBe(group.memory.shared);
    transport.lendTo(undefined);
    handle.read(5, 3);
    handle.read(7, 4);
    expect(kept.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [5, 3],
      [7, 4],
    ]);
    expect(kept.some(({ buffer }) => buffer === group.memory.shared.buffer)).toBe(false);
  });

  test('reads what is kept into memory of its own where reads come full, each time into another', () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    for (let fill = 1; fill <= 5; fill++) handle.read(FULL, fill);
    expect(kept.map((bytes) => [bytes.length, bytes[0], bytes[FULL - 1]])).toEqual(
      [1, 2, 3, 4, 5].map((fill) => [FULL, fill, fill]),
    );
    expect(new Set([...kept, group.memory.shared].map(({ buffer }) => buffer)).size).toBe(6);
  });

  test('holds a copy of what comes behind a pause, and no memory for the next read', () => {
    const { transport, handle, group, sink } = opened();
    transport.lendTo(sink);
    transport.pause();
    handle.read(FULL, 1);
    expect(transport.unreadBytes).toBe(FULL);
    expect(handle.memory).toBe(group.memory.shared);
  });

  test('holds no memory of its own for a peer whose reads are short, and counts what it holds', () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    expect(transport.unreadBytes).toBe(FULL);
    handle.read(10, 2);
    expect(transport.unreadBytes).toBe(0);
    expect(handle.memory).toBe(group.memory.shared);
    // Ten bytes keep ten bytes alive.
    expect(kept[1]?.buffer.byteLength).toBe(10);
  });

  test('shows nothing of its memory that nobody wrote, and keeps no more alive than came', () => {
    const { transport, handle, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    handle.memory?.fill(9);
    handle.read(40_000, 2);
    const given = Buffer.from((kept[1] as Uint8Array).buffer);
    expect(given.length).toBe(40_000);
    expect(given.every((byte) => byte === 2)).toBe(true);
  });

  test('makes no memory where its own was not filled, and was given to nobody', () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    const own = handle.memory;
    for (const [length, fill] of [
      [40_000, 2],
      [FULL - 1, 3],
    ] as const) {
      handle.read(length, fill);
      expect([handle.memory === own, transport.unreadBytes]).toEqual([true, FULL]);
    }
    handle.read(FULL, 4);
    expect(kept[3]?.buffer).toBe(own?.buffer);
    const next = handle.memory;
    handle.read(10, 5);
    expect([handle.memory === group.memory.shared, transport.unreadBytes]).toEqual([true, 0]);
    handle.read(FULL, 6);
    expect(handle.memory).toBe(next);
    expect(kept.map((bytes) => bytes.every((byte) => byte === bytes[0]))).toEqual(
      kept.map(() => true),
    );
    expect(kept.map((bytes) => bytes[0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('lends the memory that it has for itself, and holds none after that', () => {
    const { transport, handle, group, kept, lent, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    const own = handle.memory;
    transport.lendTo(sink);
    handle.read(FULL, 2);
    expect([lent, handle.memory === group.memory.shared]).toEqual([[FULL, 2], true]);
    expect(transport.unreadBytes).toBe(0);
    transport.lendTo(undefined);
    handle.read(FULL, 3);
    expect(handle.memory).toBe(own);
    expect(kept.map((bytes) => bytes[FULL - 1])).toEqual([1, 3]);
  });

  test('gives memory that is back to one handle alone', () => {
    const one = opened();
    one.transport.lendTo(one.sink);
    one.transport.lendTo(undefined);
    one.handle.read(FULL, 1);
    const own = one.handle.memory;
    one.handle.read(10, 2);
    const others = [openedIn(one.group), openedIn(one.group)];
    for (const other of others) {
      other.transport.lendTo(other.sink);
      other.transport.lendTo(undefined);
      other.handle.read(FULL, 3);
    }
    const memories = others.map(({ handle }) => handle.memory);
    expect(memories[0]).toBe(own);
    expect(new Set([...memories, one.group.memory.shared]).size).toBe(3);
  });

  test('holds no memory for the next read behind a pause', async () => {
    const { transport, handle, group, kept, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    const own = handle.memory;
    handle.read(40_000, 2);
    transport.pause();
    handle.read(FULL, 3);
    // It is full of the bytes that wait.
    expect([transport.unreadBytes, handle.memory === group.memory.shared]).toEqual([FULL, true]);
    expect(kept.length).toBe(2);
    transport.resume();
    await new Promise((resolve) => process.nextTick(resolve));
    expect(kept[2]?.buffer).toBe(own?.buffer);
    expect(kept[2]?.every((byte) => byte === 3)).toBe(true);
  });

  test('is closed where one throws who was lent its own memory', () => {
    const { transport, handle, sink } = opened();
    transport.lendTo(sink);
    transport.lendTo(undefined);
    handle.read(FULL, 1);
    transport.lendTo({
      onLent() {
        throw new Error('from the borrower');
      },
    });
    expect(() => handle.read(FULL, 2)).toThrow('from the borrower');
    expect(handle.ended).toBe('close');
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
