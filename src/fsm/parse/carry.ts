// The bytes of a head or trailer section that straddles reads. They are copied
// here once and parsing is continued on the copy; nothing is scanned twice.

const FIRST_BYTES = 1024;

export class Carry {
  /** The memory; `[0, length)` is in use. It goes to the head that was carried, never to a second one. */
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

  /** Appends; gives true where the memory had to grow, so that what points into it must be told. */
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
