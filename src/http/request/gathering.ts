// Collects content in one piece of memory as it comes. The memory grows with the bytes that came,
// not with the declared length: a client must not be able to claim memory by a head alone.

import type { ChunkTaker } from './incoming.js';

/** For a declared length, memory may be at most this many times the bytes that came. */
const AHEAD_FACTOR = 64;
/** As {@link AHEAD_FACTOR}, where no length was declared. */
const GROWTH_FACTOR = 4;

/**
 * The pieces of memory that are kept for the next content, and their number. Used only for content
 * whose bytes are not kept.
 */
const SPARE_BYTES = 1024 * 1024;
const SPARE_MAX = 8;
/** Smaller content does not use a spare piece: the piece would hold several times its size. */
const SPARE_WORTH_BYTES = 256 * 1024;
/** The factor by which memory grows while memory is short for all connections. */
const SHORT_GROWTH_FACTOR = 1.25;

const NONE = new Uint8Array(0);
const spare: Uint8Array<ArrayBuffer>[] = [];

export class Gathering implements ChunkTaker {
  readonly #declaredBytes: number;
  /** True if the memory is not kept: it may have been used before, and may be used again. */
  readonly #passing: boolean;
  readonly #make: (bytes: number) => Uint8Array<ArrayBuffer>;
  readonly #fits: (bytes: number, isAll: boolean) => boolean;
  #memory: Uint8Array<ArrayBuffer>;
  #length: number;

  /**
   * @param declaredBytes The declared length, −1 without one.
   * @param passing True if the content is read by `pass`, false if it is read by `take`.
   * @param make Makes memory, as `IncomingBody.makeMemory`.
   * @param fits Says whether this many more bytes may be claimed, as `IncomingBody.memoryFits`.
   */
  constructor(
    declaredBytes: number,
    passing: boolean,
    make: (bytes: number) => Uint8Array<ArrayBuffer> = newMemory,
    fits: (bytes: number, isAll: boolean) => boolean = always,
  ) {
    this.#declaredBytes = declaredBytes;
    this.#passing = passing;
    this.#make = make;
    this.#fits = fits;
    this.#memory = NONE;
    this.#length = 0;
  }

  get heldBytes(): number {
    return this.#memory.length;
  }

  roomFor(bytes: number): number {
    const length = this.#length + bytes;
    const before = this.#memory.length;
    if (length <= before || this.#mayClaim(this.#leastFor(length))) return bytes;
    return before - this.#length;
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#memory.length) this.#grow(length);
    this.#memory.set(chunk, this.#length);
    this.#length = length;
  }

  /** Gives all content, in memory of its own. The last call. */
  take(): Uint8Array<ArrayBuffer> {
    const memory = this.#memory;
    return memory.length === this.#length ? memory : memory.slice(0, this.#length);
  }

  /**
   * Gives the result of `use` on all content. `use` may use the memory only during the call. The
   * last call.
   */
  pass<Made>(use: (bytes: Uint8Array) => Made): Made {
    try {
      return use(this.#memory.subarray(0, this.#length));
    } finally {
      this.drop();
    }
  }

  /** Releases the content. */
  drop(): void {
    this.#spare(this.#memory);
    this.#memory = NONE;
    this.#length = 0;
  }

  #grow(length: number): void {
    const before = this.#memory;
    const bytes = this.#wantedFor(length);
    this.#memory = this.#mayClaim(bytes) ? this.#claim(bytes) : this.#make(this.#leastFor(length));
    this.#memory.set(before.subarray(0, this.#length));
    this.#spare(before);
  }

  #mayClaim(bytes: number): boolean {
    return this.#fits(
      bytes - this.#memory.length,
      this.#declaredBytes >= 0 && bytes >= this.#declaredBytes,
    );
  }

  #wantedFor(length: number): number {
    const declared = this.#declaredBytes;
    const wanted =
      declared < length ? length * GROWTH_FACTOR : Math.min(declared, length * AHEAD_FACTOR);
    return this.#isSpare(wanted) ? SPARE_BYTES : wanted;
  }

  /**
   * The memory to claim while memory is short. A declared length is claimed as a whole or not at
   * all. Many requests that each held a part would wait for each other.
   */
  #leastFor(length: number): number {
    const declared = this.#declaredBytes;
    return declared < length ? Math.ceil(length * SHORT_GROWTH_FACTOR) : this.#wantedFor(length);
  }

  #isSpare(bytes: number): boolean {
    return this.#passing && bytes > SPARE_WORTH_BYTES && bytes <= SPARE_BYTES;
  }

  #claim(bytes: number): Uint8Array<ArrayBuffer> {
    return (this.#isSpare(bytes) ? spare.pop() : undefined) ?? this.#make(bytes);
  }

  #spare(memory: Uint8Array<ArrayBuffer>): void {
    if (this.#passing && memory.length === SPARE_BYTES && spare.length < SPARE_MAX)
      spare.push(memory);
  }
}

/** Releases the spare memory, because memory is short. */
export function dropSpareMemory(): void {
  spare.length = 0;
}

function always(): boolean {
  return true;
}

function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
