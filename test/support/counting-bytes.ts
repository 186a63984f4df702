// Bytes that count how often they are looked at and copied. An instance answers indices, `length`,
// `subarray` and `set` as a Uint8Array does, which is all that the parsers ask of one; put in the
// place of the global it also counts what happens in the memory that they make for themselves.

const SIZE_MAX = 16_384;

export class CountingBytes {
  /** Bytes looked at, in all instances. */
  static examined = 0;
  /** Bytes copied, in all instances. */
  static copied = 0;

  readonly length: number;
  readonly memory: Uint8Array;

  /** What a view is made of: see {@link CountingView}. */
  readonly buffer: CountingBytes = this;
  readonly byteOffset = 0;

  constructor(source: number | Uint8Array) {
    this.memory = typeof source === 'number' ? Reflect.construct(Native, [source]) : source;
    this.length = this.memory.length;
    if (this.length > SIZE_MAX) throw new Error(`more than ${SIZE_MAX} bytes are not counted`);
  }

  static reset(): void {
    CountingBytes.examined = 0;
    CountingBytes.copied = 0;
  }

  /** Where the parsers take a Uint8Array: the boundary at which this is one. */
  get asBytes(): Uint8Array {
    return this as unknown as Uint8Array;
  }

  subarray(from: number, to: number): CountingBytes {
    return new CountingBytes(this.memory.subarray(from, to));
  }

  set(source: CountingBytes, at = 0): void {
    CountingBytes.copied += source.length;
    this.memory.set(source.memory, at);
  }
}

/** A DataView of counting bytes: four bytes that are read at once are four looks. */
export class CountingView {
  readonly #view: DataView;

  constructor(bytes: CountingBytes) {
    const { memory } = bytes;
    this.#view = Reflect.construct(NativeView, [memory.buffer, memory.byteOffset, memory.length]);
  }

  getInt32(at: number, littleEndian: boolean): number {
    CountingBytes.examined += 4;
    return this.#view.getInt32(at, littleEndian);
  }
}

const NativeView = DataView;
// The class is put in its place, so the one beneath it is kept.
const Native = Uint8Array;

for (let i = 0; i < SIZE_MAX; i++) {
  Object.defineProperty(CountingBytes.prototype, i, {
    get(this: CountingBytes): number | undefined {
      CountingBytes.examined++;
      return this.memory[i];
    },
  });
}
