// What the cache keeps: a file with its bytes, or the knowledge that a path is a directory's.
// Each is counted by who uses it: what is in use is not given up, and its memory not given away.

import type { Reply, RequestContext } from '../index.js';
import type { FileState } from './contained-file.js';
import { READ_WHOLE_BYTES_MAX, type ServedFile } from './served-file.js';
import { SharedCheck } from './shared-check.js';
import { type Validators, validatorsOf } from './validators.js';

/** What an entry needs of who keeps it. */
export interface Keeper {
  /** Whether `path` still leads to what was found there in this state. */
  check(path: string, state: FileState): Promise<boolean>;
  /** The last user has closed this entry. */
  idle(entry: CachedEntry): void;
}

export class CachedEntry {
  readonly path: string;
  readonly state: FileState;
  /** What the cache's budget is charged for it. */
  readonly costBytes: number;
  /** Whether the path still leads to it. */
  readonly check: SharedCheck;
  #users: number;
  readonly #keeper: Keeper;

  /** @param users those who have asked for it already: each of them closes it */
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
  /** The answer to a plain GET or HEAD, once it was made: a reply with a whole body may be sent often. */
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
   * To be closed when this exchange is over. What is short is closed at once: as little is
   * held for a client while it is read for one answer alone.
   */
  closeAfter(context: Pick<RequestContext, 'completed'>): void {
    if (this.size <= READ_WHOLE_BYTES_MAX) void this.close();
    else context.completed.then(() => this.close());
  }
}
