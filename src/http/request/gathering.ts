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
/** Content below this is not worth a spare piece: it would keep several times what it is. */
const SPARE_WORTH_BYTES = 256 * 1024;
/** By how much memory grows while all connections together have little of it. */
const SHORT_GROWTH_FACTOR = 1.25;

const NONE = new Uint8Array(0);
const spare: Uint8Array<ArrayBuffer>[] = [];

export class Gathering implements ChunkTaker {
  readonly #declaredBytes: number;
  /** Nobody keeps the memory: it may have been used before, and may be again. */
  readonly #passing: boolean;
  readonly #make: (bytes: number) => Uint8Array<ArrayBuffer>;
  readonly #fits: (bytes: number, isAll: boolean) => boolean;
  #memory: Uint8Array<ArrayBuffer>;
  #length: number;

  /**
   * @param declaredBytes −1 where no length is known
   * @param passing True for who takes the content by `pass`, false for who takes it by `take`.
   * @param make Makes memory, as `IncomingBody.makeMemory`.
   * @param fits Whether so much more may be claimed, as `IncomingBody.memoryFits`.
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
   * While memory is short. What was declared is claimed as a whole or not at all: many who hold a part,
   * and wait for the rest, would wait for each other.
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

/** Lets go of the memory that is kept for the next content: there is little left. */
export function dropSpareMemory(): void {
  spare.length = 0;
}

function always(): boolean {
  return true;
}

function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
