// Bytes that came and that nobody has asked for yet, in the order in which they
// came, where they came. Nothing is copied but what was borrowed; the connection sees to the bound.

const NONE = new Uint8Array(0);
/** Pieces below this are copied together: a peer that sends single bytes must not cost an object for each. */
const SMALL_BYTES = 1024;
const SLAB_BYTES = 8192;

export class ReadAhead {
  /** The bytes at hand: `[at, to)` of `bytes`. Empty only where nothing waits behind them. */
  bytes: Uint8Array = NONE;
  at = 0;
  to = 0;
  /** The bytes at hand are in memory that is another's. */
  borrowed = false;
  /** The size of the piece that came last. */
  lastBytes = 0;
  /** The peer's FIN stands behind the last byte. */
  ended = false;
  /** What waits behind the bytes at hand; most connections never need any. */
  #behind: Pieces | undefined = undefined;

  get length(): number {
    const atHand = this.to - this.at;
    return this.#behind === undefined ? atHand : atHand + this.#behind.byteLength;
  }

  /** Nothing is here, and something may still come. */
  get isDry(): boolean {
    return this.at === this.to && !this.ended;
  }

  push(bytes: Uint8Array): void {
    this.lastBytes = bytes.length;
    if (bytes.length === 0) return;
    if (this.at === this.to) {
      this.bytes = bytes;
      this.at = 0;
      this.to = bytes.length;
    } else {
      this.#pushBehind(bytes);
    }
  }

  /** Takes the first `length` bytes of memory that is another's again after `keep`. */
  borrow(memory: Uint8Array, length: number): void {
    this.lastBytes = length;
    if (this.at === this.to) {
      this.bytes = memory;
      this.at = 0;
      this.to = length;
      this.borrowed = true;
    } else {
      this.#pushBehind(new Uint8Array(memory.subarray(0, length)));
    }
  }

  /** What was borrowed is given back: copies what of it is still at hand. */
  keep(): void {
    if (!this.borrowed) return;
    this.borrowed = false;
    // Not `slice`: a Buffer's copies nothing.
    this.bytes = new Uint8Array(this.bytes.subarray(this.at, this.to));
    this.to -= this.at;
    this.at = 0;
  }

  #pushBehind(bytes: Uint8Array): void {
    this.#behind ??= new Pieces();
    this.#behind.push(bytes);
  }

  /** Goes to `at`; where the bytes at hand are used up, to what waits behind them. */
  advance(at: number): void {
    this.at = at;
    if (at < this.to) return;
    this.borrowed = false;
    const next = this.#behind?.shift();
    if (next === undefined) {
      // What was read must not be kept alive by an idle connection.
      this.bytes = NONE;
      this.at = 0;
      this.to = 0;
      this.#behind = undefined;
      return;
    }
    this.bytes = next;
    this.at = 0;
    this.to = next.length;
  }

  /** Throws away what is there; gives how much it was. */
  clear(): number {
    const { length } = this;
    this.#behind = undefined;
    this.advance(this.to);
    return length;
  }
}

/** Pieces of memory, first in, first out, the small ones copied together. */
class Pieces {
  byteLength = 0;
  readonly #pieces: Uint8Array[] = [];
  /** Memory of our own, the last piece ending at `#slabTo`; undefined where the last piece is a transport's. */
  #slab: Uint8Array | undefined = undefined;
  #slabTo = 0;

  push(bytes: Uint8Array): void {
    this.byteLength += bytes.length;
    if (bytes.length >= SMALL_BYTES) {
      this.#slab = undefined;
      this.#pieces.push(bytes);
      return;
    }
    if (this.#slab === undefined || this.#slabTo + bytes.length > SLAB_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#slabTo = 0;
      this.#pieces.push(NONE);
    }
    const lastBytes = (this.#pieces.pop() as Uint8Array).length;
    this.#slab.set(bytes, this.#slabTo);
    this.#slabTo += bytes.length;
    this.#pieces.push(this.#slab.subarray(this.#slabTo - bytes.length - lastBytes, this.#slabTo));
  }

  /** The first; undefined where there is none. */
  shift(): Uint8Array | undefined {
    const first = this.#pieces.shift();
    if (first === undefined) return undefined;
    this.byteLength -= first.length;
    if (this.#pieces.length === 0) this.#slab = undefined;
    // The slab goes on to be written to: what leaves stands alone in its memory.
    return first.length === first.buffer.byteLength ? first : new Uint8Array(first);
  }
}
