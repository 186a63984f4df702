// The time of day, the clock of the files, and a wait. `staticFiles` needs no clock from its
// caller. All other code takes the time as a parameter.

import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds since the epoch. */
export function timeOfDay(): number {
  return Date.now();
}

/** Settles after `ms` milliseconds. */
export function waitMs(ms: number): Promise<void> {
  return wait(ms);
}
