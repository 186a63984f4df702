// Opens a file below a root, and proves that the open file is below the root. The order matters. A
// check by name before an open by name leaves a moment between them, in which an attacker can swap
// a symlink. Here the file is opened first, and then the open file is checked.

import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** The result for a path below the root. The caller must close the handle of a file. */
export type Contained =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly state: FileState }
  | { readonly kind: 'directory'; readonly state: FileState };

/** Identifies a file, and one state of it. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modifiedNs: bigint;
  /**
   * This time can't be set by a program. It shows a change that keeps the size and restores the
   * modification time.
   */
  readonly changedNs: bigint;
}

/**
 * Opens `segments` below `root`. The root must be a real path, without symlinks. Names that begin
 * with a dot are hidden, except for `shown`. Undefined for a path that is missing, unreadable,
 * outside of the root or hidden, and for anything but a file or a directory. Symlinks on the way
 * are followed before these checks.
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
 * True if `path` still leads to the same file or directory, unchanged. The proof is the same, but
 * the file is not opened: two calls to the file system instead of six.
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

/** The file or directory at `path`, if its real path is below the root and not hidden. */
async function statInside(
  root: string,
  shown: readonly string[],
  path: string,
): Promise<BigIntStats | undefined> {
  const real = await unlessAbsent(realpath(path));
  if (real === undefined) return undefined;
  const below = relative(root, real);
  if (isAbsolute(below)) return undefined; // On Windows: another drive.
  // This also covers `..`, which is never shown: each path out of the root begins with a dot.
  const isHidden = (name: string): boolean => name.startsWith('.') && !shown.includes(name);
  if (below !== '' && below.split(sep).some(isHidden)) return undefined;
  return unlessAbsent(lstat(real, { bigint: true }));
}

export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { device: dev, inode: ino, size, modifiedNs: mtimeNs, changedNs: ctimeNs };
}

/**
 * Errors that mean: there is nothing to serve. Any other error (no descriptors left, a broken disk)
 * is a problem of the server.
 */
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

/** Checks the code: in the realm of a test runner, an error of Node is no instance of Error. */
function isAbsence(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && ABSENT.has(String(error.code))
  );
}
