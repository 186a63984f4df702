// A file that was found and is to be sent, wherever its bytes are.

import type { FileHandle } from 'node:fs/promises';
import type { RequestContext } from '../index.js';
import type { FileState } from './contained-file.js';
import { FilePieces, readWhole } from './file-pieces.js';
import { ensureQuiet, ensureUnchanged } from './unchanged.js';
import { type Validators, validatorsOf } from './validators.js';

/** Whoever finds one closes it, once, or has that done by asking for its content. */
export interface ServedFile {
  readonly size: number;
  readonly validators: Validators;
  /**
   * These bytes, as the body of a reply in this exchange; for HEAD, any body of that length or none.
   *
   * @throws FileChanged where the file is not what it was when it was found
   */
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
  readonly #state: FileState;

  constructor(handle: FileHandle, state: FileState) {
    this.size = Number(state.size);
    this.validators = validatorsOf(state.size, state.modifiedNs);
    this.#handle = handle;
    this.#state = state;
  }

  async content(
    start: number,
    length: number,
    isHead: boolean,
    context: RequestContext,
  ): Promise<Uint8Array | FilePieces | undefined> {
    const handle = this.#handle;
    const state = this.#state;
    if (isHead) {
      await this.close();
      return undefined;
    }
    // Also where nothing is read: a file that is empty now may be about to be written.
    if (length <= READ_WHOLE_BYTES_MAX)
      return readWhole(handle, start, length, () => ensureQuiet(handle, state));
    try {
      await ensureQuiet(handle, state);
    } catch (error) {
      await this.close();
      throw error;
    }
    const pieces = new FilePieces(handle, start, length, () => ensureUnchanged(handle, state));
    // Who sends the reply also ends its body. Somebody in between may have dropped the
    // reply for another, though: then the end of the exchange closes the handle.
    context.waitUntil(context.completed.then(() => pieces.close()));
    return pieces;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
