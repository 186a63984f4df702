// Checks whether a file has changed since it was opened. A program that rewrites a file in place
// truncates it first and then writes. In between, the file is shorter or empty. Only the time of
// the change shows that. So a recently changed file is checked again.

import type { FileHandle } from 'node:fs/promises';
import { timeOfDay, waitMs } from '../clock.js';
import { type FileState, isSameState, stateOf } from './contained-file.js';

type StatHandle = Pick<FileHandle, 'stat'>;

/** The file changed while it was read: the bytes may be of two versions. */
export class FileChanged extends Error {
  constructor() {
    super('The file was changed while it was read.');
    this.name = 'FileChanged';
  }
}

/**
 * A file is read if it did not change for this time. The clock of a file system has steps (mostly 4
 * ms, 10 at most), and two changes within one step have the same times. The rest of the time is for
 * a program that writes piece by piece.
 */
export const QUIET_MS = 50;
/** As {@link QUIET_MS}, for an empty file: it was probably truncated and will be written. */
export const EMPTY_QUIET_MS = 500;
/** The wait before the next check. */
const STEP_MS = 10;

/** A file whose times differ more is dated by another clock. Waiting for it would not end. */
const SKEW_MS_MAX = 1000;

/**
 * Waits until the file did not change for {@link QUIET_MS}.
 *
 * @throws FileChanged if it changes meanwhile, or has changed since `state`
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

/** @throws FileChanged if the file has changed since `state` */
export async function ensureUnchanged(handle: StatHandle, state: FileState): Promise<void> {
  const stats = await handle.stat({ bigint: true });
  const now = stateOf(stats);
  if (isSameState(now, state)) return;
  // If another file was renamed over this one, only the last name of this file is gone.
  const kept = stats.nlink === 0n && now.size === state.size && now.modifiedNs === state.modifiedNs;
  if (!kept) throw new FileChanged();
}
