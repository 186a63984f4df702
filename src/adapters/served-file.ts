// A file that was found and is to be sent, wherever its bytes are.

import type { FileHandle } from 'node:fs/promises';
import type { RequestContext } from '../index.js';
import type { FileState } from './contained-file.js';
import { FilePieces, readWhole } from './file-pieces.js';
import { type Validators, validatorsOf } from './validators.js';

/** Whoever finds one closes it, once, or has that done by asking for its content. */
export interface ServedFile {
  readonly size: number;
  readonly validators: Validators;
  /** These bytes, as the body of a reply in this exchange; for HEAD, any body of that length or none. */
  content(
    start: number,
    length: number,
    isHead: boolean,
    context: RequestContext,
  ): Promise<Uint8Array | FilePieces | undefined>;
  close(): Promise<void>;
}

/** Up to here a file is read at once for each request, though nobody keeps it. */
export const READ_WHOLE_BYTES_MAX: number = 64 * 1024;

/** A file that is read for this one answer. */
export class OpenFile implements ServedFile {
  readonly size: number;
  readonly validators: Validators;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, { size, modifiedNs }: FileState) {
    this.size = Number(size);
    this.validators = validatorsOf(size, modifiedNs);
    this.#handle = handle;
  }

  async content(
    start: number,
    length: number,
    isHead: boolean,
    context: RequestContext,
  ): Promise<Uint8Array | FilePieces | undefined> {
    if (isHead || length === 0) {
      await this.close();
      return undefined;
    }
    if (length <= READ_WHOLE_BYTES_MAX) return readWhole(this.#handle, start, length);
    const pieces = new FilePieces(this.#handle, start, length);
    // Who sends the reply also ends its body. Somebody in between may have dropped the
    // reply for another, though: then the end of the exchange closes the handle.
    context.waitUntil(context.completed.then(() => pieces.close()));
    return pieces;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
