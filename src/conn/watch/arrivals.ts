// When the bytes of a connection came, by their offsets. Bytes may wait: behind a request that is answered
// first, or for the rest of their head. Who measures a request asks when its first byte came.

/** So many reads are told apart. Where more of them wait, neighbours count as one. */
const READS_MAX = 64;

export class Arrivals {
  /** Where a read ended, as an offset from the connection's first byte. The oldest comes first. */
  readonly #ends: number[] = [];
  /** When that read came. */
  readonly #times: number[] = [];

  /**
   * A read has come. It ends before `end`.
   *
   * @param from what stands before it is not asked for any more
   */
  note(end: number, now: number, from: number): void {
    this.#forget(from);
    if (this.#ends.length >= READS_MAX) this.#join(now);
    this.#ends.push(end);
    this.#times.push(now);
  }

  /** When the byte at `offset` came. What came before it is forgotten: offsets only grow. */
  at(offset: number): number | undefined {
    this.#forget(offset);
    return this.#times[0];
  }

  #forget(before: number): void {
    const ends = this.#ends;
    let count = 0;
    while (count < ends.length && (ends[count] as number) <= before) count++;
    if (count === 0) return;
    ends.splice(0, count);
    this.#times.splice(0, count);
  }

  /**
   * Two neighbours become one: those that took the least time together, from the first to what follows the second. It has
   * the time of the earlier: no request seems younger.
   */
  #join(now: number): void {
    const times = this.#times;
    const spanFrom = (i: number): number => (times[i + 2] ?? now) - (times[i] as number);
    let joined = 0;
    for (let i = 1; i < times.length - 1; i++) if (spanFrom(i) < spanFrom(joined)) joined = i;
    this.#ends.splice(joined, 1);
    times.splice(joined + 1, 1);
  }
}
