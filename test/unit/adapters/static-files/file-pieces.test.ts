import { describe, expect, test } from 'vitest';
import {
  FilePieces,
  PIECE_BYTES,
  readWhole,
} from '../../../../src/adapters/static-files/file-pieces.js';
import { FileChanged } from '../../../../src/adapters/static-files/unchanged.js';
import { bytes, MemoryHandle } from './memory-handle.js';

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

  test('fails where the file became shorter', async () => {
    const handle = new MemoryHandle(bytes(10));
    const pieces = new FilePieces(handle, 0, 100);
    expect((await pieces.next()).value?.length).toBe(10);
    await expect(pieces.next()).rejects.toThrow(FileChanged);
    expect(handle.closed).toBe(1);
  });

  test('fails where the file changed, but behind a first byte: before it, it would be a 500', async () => {
    for (const goodReads of [0, 1]) {
      const handle = new MemoryHandle(bytes(3 * PIECE_BYTES));
      let reads = 0;
      const pieces = new FilePieces(handle, 0, 3 * PIECE_BYTES, async () => {
        if (++reads > goodReads) throw new FileChanged();
      });
      const first = await pieces.next();
      expect(first.value).toEqual(
        goodReads === 0 ? new Uint8Array(1) : bytes(3 * PIECE_BYTES).subarray(0, PIECE_BYTES),
      );
      await expect(pieces.next()).rejects.toThrow(FileChanged);
      expect(handle.closed).toBe(1);
    }
  });

  test('closes the handle once when it is told to stop half-way', async () => {
    const handle = new MemoryHandle(bytes(3 * PIECE_BYTES));
    for await (const _ of new FilePieces(handle, 0, 3 * PIECE_BYTES)) break;
    expect(handle.closed).toBe(1);
    expect(handle.reads).toBe(2);
  });

  test('reads one piece ahead of who asks, and no more', async () => {
    const handle = new MemoryHandle(bytes(4 * PIECE_BYTES));
    const pieces = new FilePieces(handle, 0, 4 * PIECE_BYTES);
    expect(handle.reads).toBe(0);
    await pieces.next();
    expect(handle.reads).toBe(2);
    await pieces.next();
    expect(handle.reads).toBe(3);
    await pieces.return();
  });

  test('tells of a failure ahead to who asks for that piece, and to nobody if nobody does', async () => {
    for (const asks of [true, false]) {
      const handle = new MemoryHandle(bytes(2 * PIECE_BYTES));
      const pieces = new FilePieces(handle, 0, 2 * PIECE_BYTES);
      handle.failsAfter(1, new Error('EIO'));
      await pieces.next();
      if (asks) await expect(pieces.next()).rejects.toThrow('EIO');
      else await pieces.return();
      expect(handle.closed).toBe(1);
    }
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

  test('shows nothing behind what was read of what was in that memory before', async () => {
    const handle = new MemoryHandle(bytes(10));
    const { read } = handle;
    handle.read = (buffer, offset, length, position) => {
      buffer.fill(0xff);
      return read.call(handle, buffer, offset, length, position);
    };
    const { value: piece } = await new FilePieces(handle, 0, 100).next();
    const all = new Uint8Array(piece?.buffer as ArrayBuffer);
    expect([...all.subarray(10)].every((byte) => byte === 0)).toBe(true);
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
    await expect(readWhole(handle, 0, 11)).rejects.toThrow(FileChanged);
    expect(handle.closed).toBe(1);
  });

  test('throws where the file changed, and closes the handle', async () => {
    const handle = new MemoryHandle(bytes(10));
    const changed = async (): Promise<void> => {
      throw new FileChanged();
    };
    await expect(readWhole(handle, 0, 10, changed)).rejects.toThrow(FileChanged);
    expect(handle.closed).toBe(1);
  });
});
