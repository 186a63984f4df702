// Bytes waiting in order.

/** First in, first out. What comes out is a copy: nobody else writes to it. */
export class ByteQueue {
  readonly #chunks: Uint8Array[];
  /** Bytes of the first chunk that are gone. */
  #offset: number;
  #length: number;

  constructor() {
    this.#chunks = [];
    this.#offset = 0;
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes `count` bytes, or all where there are fewer. */
  shift(count: number): Uint8Array {
    const taken = new Uint8Array(Math.min(count, this.#length));
    let filled = 0;
    while (filled < taken.length) {
      const first = this.#chunks[0]!;
      const part = first.subarray(this.#offset, this.#offset + taken.length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === first.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
    this.#length -= filled;
    return taken;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#offset = 0;
    this.#length = 0;
  }
}
