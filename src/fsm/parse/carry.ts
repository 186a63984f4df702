// The bytes of a head or trailer section that arrives in several reads. They are copied here once.
// Parsing goes on in the copy; no byte is scanned twice.

const FIRST_BYTES = 1024;

export class Carry {
  /**
   * The memory; `[0, length)` is in use. The carried head keeps this memory; no second head uses
   * it.
   */
  bytes: Uint8Array = NONE;
  length = 0;

  get active(): boolean {
    return this.length > 0;
  }

  /** Takes over `bytes[from, to)`, which is not empty. */
  begin(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.bytes = new Uint8Array(Math.max(FIRST_BYTES, 2 * length));
    this.bytes.set(bytes.subarray(from, to));
    this.length = length;
  }

  /**
   * Appends `bytes[from, to)`. Gives true if the bytes moved to larger memory: a head must then
   * point there.
   */
  append(bytes: Uint8Array, from: number, to: number): boolean {
    const length = this.length + to - from;
    const grows = length > this.bytes.length;
    if (grows) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(bytes.subarray(from, to), this.length);
    this.length = length;
    return grows;
  }

  release(): void {
    this.bytes = NONE;
    this.length = 0;
  }
}

const NONE = new Uint8Array(0);
