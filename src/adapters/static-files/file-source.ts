// Finds a file: in memory, if the path still leads to the kept file, or by opening it.

import { join } from 'node:path';
import { CachedFile } from './cached-file.js';
import { isStillContained, openContained } from './contained-file.js';
import { FileCache, type FileCacheLimits } from './file-cache.js';
import { OpenFile, type ServedFile } from './served-file.js';

export class FileSource {
  readonly #root: string;
  readonly #shown: readonly string[];
  /** Undefined if no file is kept. */
  readonly #cache: FileCache | undefined;

  /**
   * @param shown names of dotfiles that are served
   * @param now gives milliseconds since the epoch
   */
  constructor(root: string, shown: readonly string[], limits: FileCacheLimits, now: () => number) {
    const check = isStillContained.bind(undefined, root, shown);
    this.#root = root;
    this.#shown = shown;
    this.#cache = limits.cacheBytesMax > 0 ? new FileCache(limits, check, now) : undefined;
  }

  /**
   * The file or directory at `segments` below the root now, by the rules of {@link openContained}.
   */
  async find(segments: readonly string[]): Promise<ServedFile | 'directory' | undefined> {
    const cache = this.#cache;
    if (cache === undefined) {
      const found = await openContained(this.#root, segments, this.#shown);
      return found?.kind === 'file' ? new OpenFile(found.handle, found.state) : found?.kind;
    }
    const path = join(this.#root, ...segments);
    const kept = await current(cache, path);
    if (kept !== undefined) return kept;
    const found = await openContained(this.#root, segments, this.#shown);
    if (found?.kind === 'directory') cache.addDirectory(path, found.state);
    if (found?.kind !== 'file') return found?.kind;
    const file = await cache.read(path, found.state, found.handle);
    return file ?? new OpenFile(found.handle, found.state);
  }
}

/** The entry of this path, if the path still leads to the kept file. */
async function current(
  cache: FileCache,
  path: string,
): Promise<CachedFile | 'directory' | undefined> {
  const entry = cache.open(path);
  if (entry === undefined) return undefined;
  let isCurrent = false;
  try {
    isCurrent = await entry.check.run();
  } finally {
    if (!isCurrent) {
      cache.drop(entry);
      entry.close();
    }
  }
  if (!isCurrent) return undefined;
  if (entry instanceof CachedFile) return entry;
  entry.close();
  return 'directory';
}
