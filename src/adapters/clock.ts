// The time of day, which files are dated by. Whoever serves files need not have a clock of
// their own to give; all else takes the time as a parameter.

/** Milliseconds since the epoch. */
export function timeOfDay(): number {
  return Date.now();
}
