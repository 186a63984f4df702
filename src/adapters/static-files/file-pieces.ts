// The bytes of an open file, piece by piece, at the pace of the reader. It owns the handle, and
// closes it exactly once: at the end, on an error, or when it is stopped.

import type { FileHandle } from 'node:fs/promises';
import { FileChanged } from './unchanged.js';

/** The size of one read. A reply holds two pieces: the one being sent, and the next. */
export const PIECE_BYTES: number = 128 * 1024;

/** The part of an open file that is used: a `FileHandle` fits, and so does the fake of a test. */
export type ReadableHandle = Pick<FileHandle, 'close'> & {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
};

/** Called after a read. Rejects with `FileChanged` if the file has changed. */
export type Confirm = () => Promise<void>;

/**
 * A reply body. It is not a generator: `return()` of a generator that never started runs no
 * `finally`. The handle of a reply whose client left would then stay open.
 */
export class FilePieces implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: ReadableHandle;
  readonly #confirm: Confirm;
  #position: number;
  #remaining: number;
  /** A piece was given out. */
  #begun: boolean;
  /** The error to throw after the first byte. */
  #changed: FileChanged | undefined;
  /** The next piece, which is read while the last one is sent. */
  #ahead: Promise<Uint8Array> | undefined;
  #closed: Promise<void> | undefined;

  constructor(handle: ReadableHandle, start: number, length: number, confirm: Confirm = trust) {
    this.#handle = handle;
    this.#confirm = confirm;
    this.#position = start;
    this.#remaining = length;
    this.#begun = false;
    this.#changed = undefined;
    this.#ahead = undefined;
    this.#closed = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#changed !== undefined) throw this.#changed;
    if (this.#remaining === 0 || this.#closed !== undefined) return this.return();
    let piece: Uint8Array;
    try {
      piece = await (this.#ahead ?? this.#read());
    } catch (error) {
      await this.close();
      if (this.#begun || !(error instanceof FileChanged)) throw error;
      // An error before the first byte would become a 500. But the file has changed, so the
      // connection must be cut. Otherwise a client could take two halves for the whole.
      this.#changed = error;
      return { done: false, value: new Uint8Array(1) };
    }
    this.#ahead = undefined;
    this.#begun = true;
    this.#position += piece.length;
    this.#remaining -= piece.length;
    if (this.#remaining === 0) {
      await this.close();
    } else if (this.#closed === undefined) {
      this.#ahead = this.#read();
      // The reader of this piece gets the error. Without a reader, it is ignored.
      this.#ahead.catch(ignore);
    }
    return { done: false, value: piece };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Closes the handle, once. It waits for a read that is under way. */
  close(): Promise<void> {
    this.#ahead = undefined;
    this.#closed ??= this.#handle.close();
    return this.#closed;
  }

  /** @throws FileChanged if the file has changed or is shorter than before */
  async #read(): Promise<Uint8Array> {
    // New memory each time: the last piece may still wait for the client.
    const piece = memoryOf(Math.min(PIECE_BYTES, this.#remaining));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#position);
    // The receiver of the piece can see all its memory.
    if (bytesRead < piece.length) piece.fill(0, bytesRead);
    if (bytesRead === 0) throw new FileChanged();
    await this.#confirm();
    return piece.subarray(0, bytesRead);
  }
}

/**
 * Reads `length` bytes from `start` at once, and closes the handle.
 *
 * @throws FileChanged, also if the file became shorter
 */
export async function readWhole(
  handle: ReadableHandle,
  start: number,
  length: number,
  confirm: Confirm = trust,
): Promise<Uint8Array> {
  try {
    const bytes = memoryOf(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) throw new FileChanged();
      filled += bytesRead;
    }
    await confirm();
    return bytes;
  } finally {
    await handle.close();
  }
}

/**
 * New memory that is not zeroed: zeroing costs a tenth of reading a file. No code sees bytes that
 * were not read. The memory is not from Node's pool: one kept slice would keep the whole pool.
 */
function memoryOf(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

async function trust(): Promise<void> {}

function ignore(): void {}
