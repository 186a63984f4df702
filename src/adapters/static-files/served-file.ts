// A file that was found and will be sent. Its bytes are in memory or in the file system.

import type { FileHandle } from 'node:fs/promises';
import type { RequestContext } from '../../index.js';
import type { FileState } from './contained-file.js';
import { FilePieces, readWhole } from './file-pieces.js';
import { ensureQuiet, ensureUnchanged } from './unchanged.js';
import { type Validators, validatorsOf } from './validators.js';

/** The finder of a file closes it once. Calling `content` closes it as well. */
export interface ServedFile {
  readonly size: number;
  readonly validators: Validators;
  /**
   * The given bytes as the body of a reply in this exchange. For HEAD, any body of that length, or
   * none.
   *
   * @throws FileChanged if the file has changed since it was found
   */
  content(
    start: number,
    length: number,
    isHead: boolean,
    context: RequestContext,
  ): Promise<Uint8Array | FilePieces | undefined>;
  close(): Promise<void>;
}

/** Up to this size, a file is read at once for each request, without being kept. */
export const READ_WHOLE_BYTES_MAX: number = 64 * 1024;

/** A file that is read for this answer only. */
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
    // This also applies to an empty file: it may be about to be written.
    if (length <= READ_WHOLE_BYTES_MAX)
      return readWhole(handle, start, length, () => ensureQuiet(handle, state));
    try {
      await ensureQuiet(handle, state);
    } catch (error) {
      await this.close();
      throw error;
    }
    const pieces = new FilePieces(handle, start, length, () => ensureUnchanged(handle, state));
    // The sender of the reply normally ends its body. But a middleware may have replaced the reply.
    // Then the end of the exchange closes the handle.
    context.waitUntil(context.completed.then(() => pieces.close()));
    return pieces;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
