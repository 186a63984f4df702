// How long a place stays empty after its worker has ended by itself.

/** A worker that has served for this long was sound: what ends it now is no loop. */
export const SOUND_MS = 10_000;
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/**
 * The first end in a row is an accident: the next worker starts at once. From then on 1 s, doubled up to 30 s.
 *
 * @param ends how many workers of this place have ended in a row, from 1
 */
export function backOffMs(ends: number): number {
  return ends <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (ends - 2), LONGEST_MS);
}
