import { describe, expect, test } from 'vitest';
import {
  FilePieces,
  PIECE_BYTES,
  type ReadableHandle,
  readWhole,
} from '../../../src/adapters/file-pieces.js';

/** A handle over memory that gives at most `atOnce` bytes a read, and counts how often it is closed. */
class MemoryHandle implements ReadableHandle {
  closed = 0;
  reads = 0;
  failure: Error | undefined;
  readonly content: Uint8Array;
  readonly atOnce: number;

  constructor(content: Uint8Array, atOnce = Number.POSITIVE_INFINITY) {
    this.content = content;
    this.atOnce = atOnce;
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number) {
    if (this.closed > 0) throw new Error('read after close');
    if (this.failure !== undefined) throw this.failure;
    this.reads++;
    const part = this.content.subarray(position, position + Math.min(length, this.atOnce));
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }

  async close() {
    this.closed++;
  }
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

describe('FilePieces', () => {
  test.each([1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])(
    'gives %i bytes in pieces, and closes the handle once',
    async (length) => {
      const handle = new MemoryHandle(bytes(length));
      const pieces = await collect(new FilePieces(handle, 0, length));
      expect(Buffer.concat(pieces).equals(bytes(length))).toBe(true);
      expect(pieces.length).toBe(Math.ceil(length / PIECE_BYTES));
      expect(handle.closed).toBe(1);
    },
  );

  test('gives the part that was asked for, however little a read gives', async () => {
    const handle = new MemoryHandle(bytes(100), 7);
    const pieces = await collect(new FilePieces(handle, 10, 50));
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes(100).subarray(10, 60)));
    expect(handle.closed).toBe(1);
  });

  test('closes the handle with the last piece, before anybody asks for another', async () => {
    const handle = new MemoryHandle(bytes(10));
    await new FilePieces(handle, 0, 10).next();
    expect(handle.closed).toBe(1);
  });

  test('ends early where the file became shorter', async () => {
    const handle = new MemoryHandle(bytes(10));
    const pieces = await collect(new FilePieces(handle, 0, 100));
    expect(Buffer.concat(pieces).length).toBe(10);
    expect(handle.closed).toBe(1);
  });

  test('closes the handle once when it is told to stop half-way', async () => {
    const handle = new MemoryHandle(bytes(3 * PIECE_BYTES));
    for await (const _ of new FilePieces(handle, 0, 3 * PIECE_BYTES)) break;
    expect(handle.closed).toBe(1);
    expect(handle.reads).toBe(1);
  });

  test('closes the handle once when it was never started, and however often it is told', async () => {
    const handle = new MemoryHandle(bytes(10));
    const pieces = new FilePieces(handle, 0, 10);
    await Promise.all([pieces.return(), pieces.close(), pieces.return()]);
    expect(handle.closed).toBe(1);
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
    expect(handle.reads).toBe(0);
  });

  test('closes the handle once when a read fails, and passes the error on', async () => {
    const handle = new MemoryHandle(bytes(10));
    handle.failure = new Error('EIO');
    await expect(collect(new FilePieces(handle, 0, 10))).rejects.toThrow('EIO');
    expect(handle.closed).toBe(1);
  });

  test('gives every piece memory of its own', async () => {
    const pieces = await collect(new FilePieces(new MemoryHandle(bytes(20), 10), 0, 20));
    expect(pieces[0]?.buffer).not.toBe(pieces[1]?.buffer);
  });
});

describe('readWhole', () => {
  test('gives the part that was asked for, however little a read gives', async () => {
    const handle = new MemoryHandle(bytes(100), 7);
    expect(await readWhole(handle, 10, 50)).toEqual(bytes(100).subarray(10, 60));
    expect(handle.closed).toBe(1);
  });

  test('throws where the file became shorter, and closes the handle', async () => {
    const handle = new MemoryHandle(bytes(10));
    await expect(readWhole(handle, 0, 11)).rejects.toThrow('shorter');
    expect(handle.closed).toBe(1);
  });
});
