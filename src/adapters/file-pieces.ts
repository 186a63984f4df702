// The bytes of an open file, piece by piece, at the pace of whoever asks. It owns the
// handle, and closes it exactly once: at the end, on an error, or when told to stop.

import type { FileHandle } from 'node:fs/promises';
import { FileChanged } from './unchanged.js';

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

/** Asked after a read: rejects with `FileChanged` where the file is not what it was. */
export type Confirm = () => Promise<void>;

/**
 * A reply body. Not a generator: `return()` of a generator that was never started
 * runs no `finally`, and the handle of a reply whose client left would stay open.
 */
export class FilePieces implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: ReadableHandle;
  readonly #confirm: Confirm;
  #position: number;
  #remaining: number;
  /** Something was handed out. */
  #begun: boolean;
  /** Told behind the first byte. */
  #changed: FileChanged | undefined;
  /** The piece that is read while the one before it leaves. */
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
      // What fails before its first byte would be a 500. The file changed under us, so the connection
      // is to be cut, and nobody takes two halves for the whole.
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

  /** @throws FileChanged where the file has changed, or has ended before its time */
  async #read(): Promise<Uint8Array> {
    // Fresh memory each time: the piece before may still wait for the peer.
    const piece = memoryOf(Math.min(PIECE_BYTES, this.#remaining));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#position);
    // Whoever is given the piece can look at all of its memory.
    if (bytesRead < piece.length) piece.fill(0, bytesRead);
    if (bytesRead === 0) throw new FileChanged();
    await this.#confirm();
    return piece.subarray(0, bytesRead);
  }
}

/**
 * `length` bytes from `start`, at once. Closes the handle.
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
 * Memory of its own, and not zeroed, which would cost a tenth of reading a file: nobody sees
 * more of it than was read into it. Not from Node's pool, of which a kept slice keeps all.
 */
function memoryOf(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

async function trust(): Promise<void> {}

function ignore(): void {}
