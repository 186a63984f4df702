// Whole files in memory, as many as fit. An entry is found by its path. The state of the file (its
// inode, size and times) is compared before each use. This file does not know where files may be.

import { CachedDirectory, type CachedEntry, CachedFile, type Keeper } from './cached-file.js';
import { type FileState, isSameState } from './contained-file.js';
import { type ReadableHandle, readWhole } from './file-pieces.js';
import { FileChanged } from './unchanged.js';

export interface FileCacheLimits {
  /**
   * The bound for all kept files, files being read to be kept, and removed files that are still in
   * use.
   */
  readonly cacheBytesMax: number;
  readonly cacheFileBytesMax: number;
}

/**
 * A file is kept if it did not change for this time. Two changes within one step of the file
 * system's clock (mostly 4 ms) that keep the size also keep the state. The rest of the time is for
 * a long write, which sets the time at its beginning.
 */
export const SETTLED_AFTER_MS = 500;
/**
 * As {@link SETTLED_AFTER_MS}, for file systems that seem to count whole seconds (ext3, HFS+) or
 * every second second (FAT).
 */
export const COARSE_SETTLED_AFTER_MS = 2000;

/**
 * The cost of an entry besides its content: objects, validators, the head of its reply. Rather too
 * high than too low.
 */
const ENTRY_BYTES = 1024;
/** Content up to this size is held twice: as bytes, and as the string of its reply. */
const STRING_BYTES_MAX = 8192;

interface Reading {
  readonly state: FileState;
  readonly file: Promise<CachedFile>;
  /** The number of requests that wait for it. */
  users: number;
}

export class FileCache {
  readonly #limits: FileCacheLimits;
  readonly #keeper: Keeper;
  readonly #now: () => number;
  /** The least recently used entry is the first. */
  readonly #entries: Map<string, CachedEntry> = new Map();
  readonly #readings: Map<string, Reading> = new Map();
  #bytes = 0;

  /** @param now gives milliseconds since the epoch, by the clock of the file times */
  constructor(limits: FileCacheLimits, check: Keeper['check'], now: () => number) {
    this.#limits = limits;
    this.#keeper = { check, idle: (entry) => this.#idle(entry) };
    this.#now = now;
  }

  /** The bytes that count against the budget now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Opens the entry of this path. The caller must check whether it is still valid. */
  open(path: string): CachedEntry | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.open();
    return entry;
  }

  /**
   * Reads an open file of this state, and keeps it. Requests that find the same state meanwhile
   * share this reading. Undefined for a file that is not kept: too long, changed too recently, or
   * without room. In all other cases, the handle is closed here.
   *
   * @throws FileChanged, or the error of the reading
   */
  async read(
    path: string,
    state: FileState,
    handle: ReadableHandle,
  ): Promise<CachedFile | undefined> {
    const reading = this.#readings.get(path);
    if (reading !== undefined && isSameState(reading.state, state)) {
      reading.users++;
      await handle.close();
      return reading.file;
    }
    const size = Number(state.size);
    if (size > this.#limits.cacheFileBytesMax || !this.#isSettled(state)) return undefined;
    const costBytes = costOf(path, size);
    if (!this.#makeRoom(costBytes)) return undefined;
    this.#bytes += costBytes;
    return this.#read(path, state, handle, costBytes);
  }

  /** Remembers that this path leads to a directory. */
  addDirectory(path: string, state: FileState): void {
    const costBytes = costOf(path, 0);
    if (!this.#isSettled(state) || !this.#makeRoom(costBytes)) return;
    this.#bytes += costBytes;
    this.#put(new CachedDirectory(path, state, costBytes, 0, this.#keeper));
  }

  /** Removes an entry. Its memory counts until its last user closes it. */
  drop(entry: CachedEntry): void {
    if (this.#entries.get(entry.path) !== entry) return;
    this.#entries.delete(entry.path);
    if (!entry.inUse) this.#bytes -= entry.costBytes;
  }

  #read(
    path: string,
    state: FileState,
    handle: ReadableHandle,
    costBytes: number,
  ): Promise<CachedFile> {
    const load = async (): Promise<CachedFile> => {
      try {
        const bytes = await readWhole(handle, 0, Number(state.size), async () => {
          if (!(await this.#keeper.check(path, state))) throw new FileChanged();
        });
        const { users } = reading;
        const file = new CachedFile(path, state, costBytes, users, this.#keeper, bytes);
        this.#put(file);
        return file;
      } catch (error) {
        this.#bytes -= costBytes;
        throw error;
      } finally {
        if (this.#readings.get(path) === reading) this.#readings.delete(path);
      }
    };
    const reading: Reading = { state, file: load(), users: 1 };
    this.#readings.set(path, reading);
    return reading.file;
  }

  #put(entry: CachedEntry): void {
    const before = this.#entries.get(entry.path);
    if (before !== undefined) this.drop(before);
    this.#entries.set(entry.path, entry);
  }

  /** The entry has no users. If it was removed before, its memory no longer counts. */
  #idle(entry: CachedEntry): void {
    if (this.#entries.get(entry.path) !== entry) this.#bytes -= entry.costBytes;
  }

  /** Removes the least recently used entries, but none if that would not be enough. */
  #makeRoom(bytes: number): boolean {
    let over = this.#bytes + bytes - this.#limits.cacheBytesMax;
    if (over <= 0) return true;
    const idle: CachedEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.inUse) continue;
      idle.push(entry);
      over -= entry.costBytes;
      if (over <= 0) break;
    }
    if (over > 0) return false;
    for (const entry of idle) this.drop(entry);
    return true;
  }

  #isSettled({ changedNs, modifiedNs }: FileState): boolean {
    const last = changedNs > modifiedNs ? changedNs : modifiedNs;
    const isCoarse = changedNs % 1_000_000_000n === 0n;
    const settledAfterMs = isCoarse ? COARSE_SETTLED_AFTER_MS : SETTLED_AFTER_MS;
    return this.#now() - Number(last / 1_000_000n) >= settledAfterMs;
  }
}

function costOf(path: string, size: number): number {
  const twice = size <= STRING_BYTES_MAX ? size : 0;
  return ENTRY_BYTES + 2 * path.length + size + twice;
}
