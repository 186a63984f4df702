// Opens a file below a root, and proves that what was opened lies there. The order
// decides: a check by name and then an open by name leave a moment in which somebody
// swaps a symlink in between. Here the file is opened first, and the proof is about the
// file that is open.

import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** What a path below the root turned out to be. The handle of a file is the caller's to close. */
export type Contained =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly state: FileState }
  | { readonly kind: 'directory'; readonly state: FileState };

/** What tells a file from every other, and from itself before and after a change. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modifiedNs: bigint;
  /** Nobody can set this one back: it shows a change that keeps the size and restores the other time. */
  readonly changedNs: bigint;
}

/**
 * Opens `segments` below `root`, which must be a real path (no symlink in it). Names that begin with
 * a dot are hidden, but for `shown`. Undefined for what is not there, may not be read, is neither file nor directory,
 * lies outside the root or is hidden, wherever a symlink on the way says it is.
 */
export async function openContained(
  root: string,
  segments: readonly string[],
  shown: readonly string[] = [],
): Promise<Contained | undefined> {
  const path = join(root, ...segments);
  const handle = await unlessAbsent(open(path, OPEN_FLAGS));
  if (handle === undefined) return undefined;
  let kept = false;
  try {
    const opened = await handle.stat({ bigint: true });
    if (!opened.isFile() && !opened.isDirectory()) return undefined;
    const there = await statInside(root, shown, path);
    if (there === undefined || there.dev !== opened.dev || there.ino !== opened.ino) {
      return undefined;
    }
    const state = stateOf(opened);
    if (opened.isDirectory()) return { kind: 'directory', state };
    kept = true;
    return { kind: 'file', handle, state };
  } finally {
    if (!kept) await handle.close();
  }
}

// Without O_NONBLOCK, opening a named pipe waits for its writer, for ever.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Whether `path` still leads to the file or directory that was once opened there, unchanged, by
 * the same proof and without opening it: two calls to the file system in place of six.
 */
export async function isStillContained(
  root: string,
  shown: readonly string[],
  path: string,
  state: FileState,
): Promise<boolean> {
  const there = await statInside(root, shown, path);
  return there !== undefined && isSameState(stateOf(there), state);
}

export function isSameState(a: FileState, b: FileState): boolean {
  return (
    a.changedNs === b.changedNs &&
    a.modifiedNs === b.modifiedNs &&
    a.size === b.size &&
    a.inode === b.inode &&
    a.device === b.device
  );
}

/** What stands at a path that, free of symlinks, lies below the root and is not hidden. */
async function statInside(
  root: string,
  shown: readonly string[],
  path: string,
): Promise<BigIntStats | undefined> {
  const real = await unlessAbsent(realpath(path));
  if (real === undefined) return undefined;
  const below = relative(root, real);
  if (isAbsolute(below)) return undefined; // On Windows: another drive.
  // Also for `..`, which is never shown: whatever leads out of the root begins with a dot.
  const isHidden = (name: string): boolean => name.startsWith('.') && !shown.includes(name);
  if (below !== '' && below.split(sep).some(isHidden)) return undefined;
  return unlessAbsent(lstat(real, { bigint: true }));
}

export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { device: dev, inode: ino, size, modifiedNs: mtimeNs, changedNs: ctimeNs };
}

/** What says that a path names nothing to serve. All else (no descriptors left, a broken disk) is our trouble. */
const ABSENT: ReadonlySet<string> = new Set([
  'EACCES',
  'EINVAL',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENODEV',
  'ENOENT',
  'ENOTDIR',
  'ENXIO',
  'EPERM',
]);

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** By its code: in the realm of a test runner, an error of Node's is no instance of Error. */
function isAbsence(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && ABSENT.has(String(error.code))
  );
}
