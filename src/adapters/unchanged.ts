// Whether a file that was read is still what it was when it was opened. Who rewrites a file in place
// truncates it first, and then writes: in between it is shorter, or empty, and nothing but time says
// that this is not its content. So what has just been changed is looked at once more.

import type { FileHandle } from 'node:fs/promises';
import { timeOfDay, waitMs } from './clock.js';
import { type FileState, isSameState, stateOf } from './contained-file.js';

type StatHandle = Pick<FileHandle, 'stat'>;

/** The file was changed while it was read: what was read may be of two contents. */
export class FileChanged extends Error {
  constructor() {
    super('The file was changed while it was read.');
    this.name = 'FileChanged';
  }
}

/**
 * A file is read once it has been left alone for so long. A file system's clock goes in steps (mostly
 * 4 ms, 10 at most), and two changes within one leave the same times; the rest is for whoever writes
 * piece by piece.
 */
export const QUIET_MS = 50;
/** The same for an empty file: it is probably one that was truncated and will be written. */
export const EMPTY_QUIET_MS = 500;
/** How long is waited before the next look. */
const STEP_MS = 10;

/** Beyond this the file is dated by another clock than ours, and waiting for it would not end. */
const SKEW_MS_MAX = 1000;

/**
 * Waits until the file has been left alone for {@link QUIET_MS}.
 *
 * @throws FileChanged if it was not, or has changed since it was found in this state
 */
export async function ensureQuiet(handle: StatHandle, state: FileState): Promise<void> {
  const last = state.changedNs > state.modifiedNs ? state.changedNs : state.modifiedNs;
  const lastMs = Number(last / 1_000_000n);
  const quietMs = state.size === 0n ? EMPTY_QUIET_MS : QUIET_MS;
  await ensureUnchanged(handle, state);
  for (;;) {
    const sinceMs = timeOfDay() - lastMs;
    if (sinceMs >= quietMs || sinceMs < -SKEW_MS_MAX) return;
    await waitMs(STEP_MS);
    await ensureUnchanged(handle, state);
  }
}

/** @throws FileChanged if the file has changed since it was found in this state */
export async function ensureUnchanged(handle: StatHandle, state: FileState): Promise<void> {
  const stats = await handle.stat({ bigint: true });
  const now = stateOf(stats);
  if (isSameState(now, state)) return;
  // A file that another was renamed over is changed in nothing but its last name.
  const kept = stats.nlink === 0n && now.size === state.size && now.modifiedNs === state.modifiedNs;
  if (!kept) throw new FileChanged();
}
