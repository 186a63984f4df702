// The bytes of an open file, piece by piece, at the pace of whoever asks. It owns the
// handle, and closes it exactly once: at the end, on an error, or when told to stop.

import type { FileHandle } from 'node:fs/promises';

/** How much is read at a time. A reply holds two pieces: the one that leaves and the one behind it. */
export const PIECE_BYTES: number = 128 * 1024;

/** What is asked of an open file: a `FileHandle` fits, and so does a test's stand-in. */
export type ReadableHandle = Pick<FileHandle, 'close'> & {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
};

/**
 * A reply body. Not a generator: `return()` of a generator that was never started
 * runs no `finally`, and the handle of a reply whose client left would stay open.
 */
export class FilePieces implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: ReadableHandle;
  #position: number;
  #remaining: number;
  /** The piece that is read while the one before it leaves. */
  #ahead: Promise<Uint8Array> | undefined;
  #closed: Promise<void> | undefined;

  constructor(handle: ReadableHandle, start: number, length: number) {
    this.#handle = handle;
    this.#position = start;
    this.#remaining = length;
    this.#ahead = undefined;
    this.#closed = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#remaining === 0 || this.#closed !== undefined) return this.return();
    let piece: Uint8Array;
    try {
      piece = await (this.#ahead ?? this.#read());
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#ahead = undefined;
    // The file became shorter under us: the reply ends short of its Content-Length, and
    // sluice cuts the connection, so that nobody takes half a file for the whole.
    if (piece.length === 0) return this.return();
    this.#position += piece.length;
    this.#remaining -= piece.length;
    if (this.#remaining === 0) {
      await this.close();
    } else if (this.#closed === undefined) {
      this.#ahead = this.#read();
      this.#ahead.catch(ignore); // Whoever asks for the piece is told; if nobody does, nobody misses it.
    }
    return { done: false, value: piece };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Closes the handle, once; a read that is under way is waited for. */
  close(): Promise<void> {
    this.#ahead = undefined;
    this.#closed ??= this.#handle.close();
    return this.#closed;
  }

  /** What comes next; empty where the file has ended before its time. */
  async #read(): Promise<Uint8Array> {
    // Fresh memory each time: the piece before may still wait for the peer.
    const piece = memoryOf(Math.min(PIECE_BYTES, this.#remaining));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#position);
    // Whoever is given the piece can look at all of its memory.
    if (bytesRead < piece.length) piece.fill(0, bytesRead);
    return piece.subarray(0, bytesRead);
  }
}

/** `length` bytes from `start`, at once. Closes the handle; throws if the file became shorter. */
export async function readWhole(
  handle: ReadableHandle,
  start: number,
  length: number,
): Promise<Uint8Array> {
  try {
    const bytes = memoryOf(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) throw new Error('The file became shorter while it was read.');
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/**
 * Memory of its own, and not zeroed, which would cost a tenth of reading a file: nobody sees
 * more of it than was read into it. Not from Node's pool, of which a kept slice keeps all.
 */
function memoryOf(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

function ignore(): void {}
