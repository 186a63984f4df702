// Every byte that is held for a peer, over all connections, and how near the sum
// is to its budget. Who gives way, and how, is decided where the bytes are.

// The levels, from plenty, which is 0, to hardly any: each adds a measure to those before.

/** Backlogs are kept short, and idle connections closed sooner. */
export const TIGHT = 1;
/** New work is refused, and content is not read on. */
export const SCARCE = 2;
/** The largest holders are reset. */
export const EXHAUSTED = 3;

/** Shares of the budget at which a level begins. Below the lowest is nothing. */
const BEGINS_AT: readonly number[] = [Number.NEGATIVE_INFINITY, 0.6, 0.8, 0.95];
/** A level ends this much below where it began: one that flickers would pause and resume everybody. */
const HYSTERESIS = 0.05;

export class Ledger {
  readonly #bytesMax: number;
  readonly #onLevel: (level: number) => void;
  readonly #shared: Map<ArrayBufferLike, number> = new Map();
  #bytes = 0;
  #peakBytes = 0;
  #level = 0;
  /** Below the first of these and not below the second, the level is as it is. A byte too narrow, for rounding. */
  #risesAtBytes = 0;
  #fallsBelowBytes = Number.NEGATIVE_INFINITY;
  /** Called when somebody holds less, while it is set. */
  onLess: (() => void) | undefined = undefined;

  /** @param onLevel called after the level has changed; it may change the sum again */
  constructor(bytesMax: number, onLevel: (level: number) => void) {
    this.#bytesMax = bytesMax;
    this.#onLevel = onLevel;
    this.#setBounds();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The most that was ever held. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** 0 while memory is plenty, or one of {@link TIGHT}, {@link SCARCE} and {@link EXHAUSTED}. */
  get level(): number {
    return this.#level;
  }

  /** Somebody holds so many bytes more, or fewer. */
  change(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
    if (bytes < 0) this.onLess?.();
    // Each request comes here twice. The level of most sums is known without a division.
    if (this.#bytes >= this.#risesAtBytes || this.#bytes < this.#fallsBelowBytes) this.#setLevel();
  }

  /** Whether so many bytes more stay below the beginning of a level. */
  fits(bytes: number, below: number): boolean {
    return this.#bytes + bytes < this.#bytesMax * beginOf(below);
  }

  /** Somebody who held `before` holds `now`, which is given back. */
  replace(before: number, now: number): number {
    this.change(now - before);
    return now;
  }

  /** Memory that many may send at once counts once: from its first holder to its last. */
  share(memory: ArrayBufferLike): void {
    const holders = this.#shared.get(memory) ?? 0;
    this.#shared.set(memory, holders + 1);
    if (holders === 0) this.change(memory.byteLength);
  }

  unshare(memory: ArrayBufferLike): void {
    const holders = this.#shared.get(memory);
    if (holders === undefined) return;
    if (holders > 1) {
      this.#shared.set(memory, holders - 1);
      return;
    }
    this.#shared.delete(memory);
    this.change(-memory.byteLength);
  }

  #setLevel(): void {
    const level = this.#levelOf(this.#bytes / this.#bytesMax);
    if (level === this.#level) return;
    this.#level = level;
    this.#setBounds();
    this.#onLevel(level);
  }

  #setBounds(): void {
    const max = this.#bytesMax;
    this.#risesAtBytes = Math.floor(beginOf(this.#level + 1) * max) - 1;
    this.#fallsBelowBytes = Math.ceil((beginOf(this.#level) - HYSTERESIS) * max) + 1;
  }

  #levelOf(share: number): number {
    let level = this.#level;
    while (share >= beginOf(level + 1)) level++;
    while (share < beginOf(level) - HYSTERESIS) level--;
    return level;
  }
}

/** Share of the budget at which a level begins. None is above the last one. */
function beginOf(level: number): number {
  return BEGINS_AT[level] ?? Number.POSITIVE_INFINITY;
}
