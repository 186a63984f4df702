/** The least entry at hand, by a comparison. */
export class Heap {
  constructor(compare) {
    this.compare = compare;
    this.entries = [];
  }

  get size() {
    return this.entries.length;
  }

  get least() {
    return this.entries[0];
  }

  push(entry) {
    const { entries, compare } = this;
    let i = entries.length;
    entries.push(entry);
    for (let up = (i - 1) >> 1; i > 0 && compare(entry, entries[up]) < 0; up = (i - 1) >> 1) {
      entries[i] = entries[up];
      i = up;
    }
    entries[i] = entry;
  }

  pop() {
    const { entries, compare } = this;
    const least = entries[0];
    const last = entries.pop();
    if (entries.length === 0) return least;
    let i = 0;
    for (let down = 1; down < entries.length; down = 2 * i + 1) {
      if (down + 1 < entries.length && compare(entries[down + 1], entries[down]) < 0) down++;
      if (compare(last, entries[down]) <= 0) break;
      entries[i] = entries[down];
      i = down;
    }
    entries[i] = last;
    return least;
  }
}
