// Finds the option that an unknown name probably means.

/** A longer name is not compared: the cost grows with the square of the length. */
const NAME_LENGTH_MAX = 40;

/**
 * The name of `known` that is nearest to `name`, if one is near enough. A near name is equal but
 * for case, `-` and `_`, or equal without its unit (`grace` for `graceMs`), or its beginning, or
 * one or two slips away.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > NAME_LENGTH_MAX) return undefined;
  const given = plain(name);
  if (given === '') return undefined;
  let best: string | undefined;
  let bestDistance = given.length < 3 ? 1 : given.length < 6 ? 2 : 3;
  for (const candidate of known) {
    const distance = distanceOf(given, candidate);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

function distanceOf(given: string, candidate: string): number {
  const whole = plain(candidate);
  if (given === whole) return 0;
  // `plain` of a name, without its unit and its bound.
  const unitless = plain(candidate.replace(/(Bytes|Ms|Count)?(Max|Min)?$/, ''));
  const bare = plain(given.replace(/(max|min|ms|bytes|count)+$/, ''));
  if (unitless.length >= 3 && bare === unitless) {
    // `handshakeMax` has the bound of another one, `handshakesMax`, which is one slip away.
    return whole.endsWith(given.slice(bare.length)) ? 0.5 : 1.25;
  }
  if (given.length >= 3 && whole.startsWith(given)) return 1.5;
  return slips(given, whole);
}

function plain(name: string): string {
  return name.replace(/[-_\s]/g, '').toLowerCase();
}

/**
 * The number of letters that were added, left out, changed or swapped (optimal string alignment).
 */
function slips(a: string, b: string): number {
  let before: number[] = [];
  let last: number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
