// The entries of the cache: a file with its bytes, or the fact that a path leads to a directory.
// Each entry counts its users. An entry in use is not removed, and its memory is not released.

import type { Reply, RequestContext } from '../../index.js';
import type { FileState } from './contained-file.js';
import { READ_WHOLE_BYTES_MAX, type ServedFile } from './served-file.js';
import { SharedCheck } from './shared-check.js';
import { type Validators, validatorsOf } from './validators.js';

/** The part of the cache that an entry needs. */
export interface Keeper {
  /** True if `path` still leads to the file of this state. */
  check(path: string, state: FileState): Promise<boolean>;
  /** The last user has closed this entry. */
  idle(entry: CachedEntry): void;
}

export class CachedEntry {
  readonly path: string;
  readonly state: FileState;
  /** The bytes that count against the budget of the cache. */
  readonly costBytes: number;
  /** Checks whether the path still leads to this file. */
  readonly check: SharedCheck;
  #users: number;
  readonly #keeper: Keeper;

  /** @param users the number of present users; each of them closes the entry */
  constructor(path: string, state: FileState, costBytes: number, users: number, keeper: Keeper) {
    this.path = path;
    this.state = state;
    this.costBytes = costBytes;
    this.check = new SharedCheck(() => keeper.check(path, state));
    this.#users = users;
    this.#keeper = keeper;
  }

  get inUse(): boolean {
    return this.#users > 0;
  }

  open(): void {
    this.#users++;
  }

  async close(): Promise<void> {
    this.#users--;
    if (this.#users === 0) this.#keeper.idle(this);
  }
}

export class CachedDirectory extends CachedEntry {}

export class CachedFile extends CachedEntry implements ServedFile {
  readonly size: number;
  readonly validators: Validators;
  /**
   * The reply to a plain GET or HEAD, after the first use. A reply with a whole body may be sent
   * often.
   */
  whole: Reply | undefined;
  readonly #bytes: Uint8Array;

  constructor(
    path: string,
    state: FileState,
    costBytes: number,
    users: number,
    keeper: Keeper,
    bytes: Uint8Array,
  ) {
    super(path, state, costBytes, users, keeper);
    this.size = bytes.length;
    this.validators = validatorsOf(state.size, state.modifiedNs);
    this.whole = undefined;
    this.#bytes = bytes;
  }

  async content(
    start: number,
    length: number,
    _isHead: boolean,
    context: Pick<RequestContext, 'completed'>,
  ): Promise<Uint8Array> {
    this.closeAfter(context);
    return this.#bytes.subarray(start, start + length);
  }

  /**
   * Closes the file at the end of this exchange. A short file is closed at once: a short file that
   * is not cached holds the same memory for its client.
   */
  closeAfter(context: Pick<RequestContext, 'completed'>): void {
    if (this.size <= READ_WHOLE_BYTES_MAX) void this.close();
    else context.completed.then(() => this.close());
  }
}
