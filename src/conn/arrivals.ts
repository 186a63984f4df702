// When the bytes of a connection came, by their offsets. Bytes may wait: behind a request that is answered
// first, or for the rest of their head. Who measures a request asks when its first byte came.

/** So many reads are told apart. Beyond, one counts with the read before it. */
const READS_MAX = 64;

export class Arrivals {
  /** Where a read ended, as an offset from the connection's first byte. The oldest comes first. */
  readonly #ends: number[] = [];
  /** When that read came. */
  readonly #times: number[] = [];

  /** A read has come. It ends before `end`. */
  note(end: number, now: number): void {
    const last = this.#ends.length - 1;
    if (this.#ends.length >= READS_MAX) {
      this.#ends[last] = end;
      return;
    }
    this.#ends.push(end);
    this.#times.push(now);
  }

  /** When the byte at `offset` came. What came before it is forgotten: offsets only grow. */
  at(offset: number): number | undefined {
    while (this.#ends.length > 1 && (this.#ends[0] as number) <= offset) {
      this.#ends.shift();
      this.#times.shift();
    }
    return this.#times[0];
  }
}
