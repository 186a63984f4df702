// Bytes that wait in order.

/** First in, first out. It gives copies: no other code writes to them. */
export class ByteQueue {
  #chunks: Uint8Array[];
  /**
   * Removed chunks at the front of the array. They are cut off rarely: an array of single bytes is
   * too long to move for each.
   */
  #gone: number;
  /** Removed bytes of the first chunk that is left. */
  #offset: number;
  #length: number;

  constructor() {
    this.#chunks = [];
    this.#gone = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes in memory: also the removed bytes of the first chunk. */
  get retainedBytes(): number {
    return this.#length + this.#offset;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes `count` bytes, or all bytes if there are fewer. */
  shift(count: number): Uint8Array {
    const taken = new Uint8Array(Math.min(count, this.#length));
    let filled = 0;
    while (filled < taken.length) {
      const first = this.#chunks[this.#gone]!;
      const part = first.subarray(this.#offset, this.#offset + taken.length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === first.length) {
        this.#gone++;
        this.#offset = 0;
      }
    }
    this.#length -= filled;
    if (this.#gone * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#gone);
      this.#gone = 0;
    }
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#gone = 0;
    this.#offset = 0;
    this.#length = 0;
  }
}
