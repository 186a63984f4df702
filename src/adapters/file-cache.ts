// Whole files in memory, as many as fit. The path names an entry; the state in which the file
// was found (its inode, size and times) says whether it is still that file, and is asked for
// before each use. Nothing here knows where files may lie.

import { CachedDirectory, type CachedEntry, CachedFile, type Keeper } from './cached-file.js';
import { type FileState, isSameState } from './contained-file.js';
import { type ReadableHandle, readWhole } from './file-pieces.js';
import { FileChanged } from './unchanged.js';

export interface FileCacheLimits {
  /** All that is kept, is being read to be kept, or was given up and is still in use. */
  readonly cacheBytesMax: number;
  readonly cacheFileBytesMax: number;
}

/**
 * A file is kept once it has been left alone for so long. Two changes within one step of the
 * file system's clock (mostly 4 ms) that leave the size alone leave the state alone, too. The
 * rest is for a long write: it sets the time when it begins, not when it ends.
 */
export const SETTLED_AFTER_MS = 500;
/** The same where the file system seems to count whole seconds, as ext3 and HFS+ do, or every other one, as FAT does. */
export const COARSE_SETTLED_AFTER_MS = 2000;

/** Charged for an entry beside its content: objects, validators, the head of its reply. Rather too much than too little. */
const ENTRY_BYTES = 1024;
/** Content up to here is held twice, as bytes and as the string that a reply makes of it. */
const STRING_BYTES_MAX = 8192;

interface Reading {
  readonly state: FileState;
  readonly file: Promise<CachedFile>;
  /** Those who wait for it. */
  users: number;
}

export class FileCache {
  readonly #limits: FileCacheLimits;
  readonly #keeper: Keeper;
  readonly #now: () => number;
  /** The one that was used longest ago stands first. */
  readonly #entries: Map<string, CachedEntry> = new Map();
  readonly #readings: Map<string, Reading> = new Map();
  #bytes = 0;

  /** @param now milliseconds since the epoch, by the clock that dates the files */
  constructor(limits: FileCacheLimits, check: Keeper['check'], now: () => number) {
    this.#limits = limits;
    this.#keeper = { check, idle: (entry) => this.#idle(entry) };
    this.#now = now;
  }

  /** What the budget is charged at the moment. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The entry of this path, opened for who asks. Whether it still holds is theirs to check. */
  open(path: string): CachedEntry | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.open();
    return entry;
  }

  /**
   * Reads a file that was just opened and found in this state, and keeps it; requests that find
   * it in the same state meanwhile share the reading. Undefined for one that is not kept: too
   * long, too new, or with no room beside what is in use. Else the handle is closed here.
   *
   * @throws FileChanged, or what the reading fails with
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

  /** Keeps the knowledge that this path leads to a directory. */
  addDirectory(path: string, state: FileState): void {
    const costBytes = costOf(path, 0);
    if (!this.#isSettled(state) || !this.#makeRoom(costBytes)) return;
    this.#bytes += costBytes;
    this.#put(new CachedDirectory(path, state, costBytes, 0, this.#keeper));
  }

  /** Gives an entry up. Its memory stays charged for as long as somebody uses it. */
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

  /** Nobody uses this entry any more: if it was given up before, its memory is free now. */
  #idle(entry: CachedEntry): void {
    if (this.#entries.get(entry.path) !== entry) this.#bytes -= entry.costBytes;
  }

  /** Gives up what was used longest ago, but nothing where that would not be enough. */
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
