// The time of day, which files are dated by, and a wait for it. Whoever serves files need not have a
// clock of their own to give; all else takes the time as a parameter.

import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds since the epoch. */
export function timeOfDay(): number {
  return Date.now();
}

/** Settles after so many milliseconds. */
export function waitMs(ms: number): Promise<void> {
  return wait(ms);
}
