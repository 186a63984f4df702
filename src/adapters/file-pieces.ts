// The bytes of an open file, piece by piece, at the pace of whoever asks. It owns the
// handle, and closes it exactly once: at the end, on an error, or when told to stop.

import type { FileHandle } from 'node:fs/promises';

/** How much is read at a time; also the size up to which a file is read whole. */
export const PIECE_BYTES: number = 64 * 1024;

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
  #closed: Promise<void> | undefined;

  constructor(handle: ReadableHandle, start: number, length: number) {
    this.#handle = handle;
    this.#position = start;
    this.#remaining = length;
    this.#closed = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#remaining === 0 || this.#closed !== undefined) return this.return();
    // A fresh buffer each time: the piece before may still wait for the peer.
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#remaining));
    let bytesRead: number;
    try {
      ({ bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#position));
    } catch (error) {
      await this.close();
      throw error;
    }
    // The file became shorter under us: the reply ends short of its Content-Length, and
    // sluice cuts the connection, so that nobody takes half a file for the whole.
    if (bytesRead === 0) return this.return();
    this.#position += bytesRead;
    this.#remaining -= bytesRead;
    if (this.#remaining === 0) await this.close();
    return { done: false, value: piece.subarray(0, bytesRead) };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Closes the handle, once; a read that is under way is waited for. */
  close(): Promise<void> {
    this.#closed ??= this.#handle.close();
    return this.#closed;
  }
}

/** `length` bytes from `start`, at once. Closes the handle; throws if the file became shorter. */
export async function readWhole(
  handle: ReadableHandle,
  start: number,
  length: number,
): Promise<Uint8Array> {
  try {
    const bytes = new Uint8Array(length);
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
