// Content put together in one piece of memory, as it comes. The memory grows with
// what has come, not with what was declared: a peer must not be able to claim it
// by a head alone.

import type { ChunkTaker } from './incoming.js';

/** How many times of what has come may be claimed for what was declared. */
const AHEAD_FACTOR = 64;
/** The same where no length was declared. */
const GROWTH_FACTOR = 4;

/** The memory that is kept for content of which nobody keeps the bytes: pieces of this size, so many of them. */
const SPARE_BYTES = 1024 * 1024;
const SPARE_MAX = 8;
/** Content below this is not worth a spare piece. */
const SPARE_WORTH_BYTES = 64 * 1024;

const NONE = new Uint8Array(0);
const spare: Uint8Array<ArrayBuffer>[] = [];

export class Gathering implements ChunkTaker {
  readonly #declaredBytes: number;
  /** Nobody keeps the memory: it may have been used before, and may be again. */
  readonly #passing: boolean;
  readonly #make: (bytes: number) => Uint8Array<ArrayBuffer>;
  #memory: Uint8Array<ArrayBuffer>;
  #length: number;

  /**
   * @param declaredBytes −1 where no length is known
   * @param passing True for who takes the content by `pass`, false for who takes it by `take`.
   * @param make Makes memory, as `IncomingBody.makeMemory`.
   */
  constructor(
    declaredBytes: number,
    passing: boolean,
    make: (bytes: number) => Uint8Array<ArrayBuffer> = newMemory,
  ) {
    this.#declaredBytes = declaredBytes;
    this.#passing = passing;
    this.#make = make;
    this.#memory = NONE;
    this.#length = 0;
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#memory.length) this.#grow(length);
    this.#memory.set(chunk, this.#length);
    this.#length = length;
  }

  /** All of it, in memory of its own. Once, and last. */
  take(): Uint8Array<ArrayBuffer> {
    const memory = this.#memory;
    return memory.length === this.#length ? memory : memory.slice(0, this.#length);
  }

  /** What `use` makes of all of it; the memory is lent to it for the call. Once, and last. */
  pass<Made>(use: (bytes: Uint8Array) => Made): Made {
    try {
      return use(this.#memory.subarray(0, this.#length));
    } finally {
      this.drop();
    }
  }

  /** Nobody wants it any more. */
  drop(): void {
    this.#spare(this.#memory);
    this.#memory = NONE;
    this.#length = 0;
  }

  #grow(length: number): void {
    const declared = this.#declaredBytes;
    const wanted =
      declared < length ? length * GROWTH_FACTOR : Math.min(declared, length * AHEAD_FACTOR);
    const before = this.#memory;
    this.#memory =
      this.#passing && wanted > SPARE_WORTH_BYTES && wanted <= SPARE_BYTES
        ? (spare.pop() ?? this.#make(SPARE_BYTES))
        : this.#make(wanted);
    this.#memory.set(before.subarray(0, this.#length));
    this.#spare(before);
  }

  #spare(memory: Uint8Array<ArrayBuffer>): void {
    if (this.#passing && memory.length === SPARE_BYTES && spare.length < SPARE_MAX)
      spare.push(memory);
  }
}

function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
