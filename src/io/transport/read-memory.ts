// The memory that Node reads into where it was given some (`useUserBuffer`). All handles of a listener
// share one piece. A reader who keeps full reads gets memory of its own instead, without a copy.
// Two rules hold: memory that was given away is never read into again, and nobody sees bytes of it that
// were not read for them.

import { FULL_READ_BYTES } from '../../conn/transport.js';
import { newMemory } from '../content-memory.js';

/** From here on, more is likely to come at once. After a shorter read, the next one may never come. */
const WELL_FILLED_BYTES = FULL_READ_BYTES / 2;

export class ReadMemory {
  #shared: Uint8Array | undefined = undefined;
  /** Memory that a handle had for itself, and has not given away. */
  #spare: Uint8Array | undefined = undefined;

  /** All handles read into this, unless they have memory of their own. It stays in the processor's cache. */
  get shared(): Uint8Array {
    this.#shared ??= new Uint8Array(FULL_READ_BYTES);
    return this.#shared;
  }

  /**
   * The first `length` bytes of `memory`, for a reader who keeps them: the memory itself where it is full, else a copy.
   * V8 counts all of the memory that bytes keep alive, and collects the sooner: so a copy is as long as the read.
   */
  kept(memory: Uint8Array, length: number): Uint8Array {
    if (this.#isGiven(memory, length)) return memory;
    return new Uint8Array(memory.subarray(0, length));
  }

  /**
   * The memory for the next read, after one of `length` bytes was kept.
   *
   * @param goesOn later reads are kept, too
   */
  next(memory: Uint8Array, length: number, goesOn: boolean): Uint8Array {
    const isOurs = !this.#isGiven(memory, length) && memory !== this.#shared;
    // A connection must not hold 64 KiB for bytes that may never come.
    if (goesOn && length >= WELL_FILLED_BYTES) return isOurs ? memory : this.#own();
    if (isOurs) this.giveBack(memory);
    return this.shared;
  }

  /** A handle had this memory for itself, and has not given it away. The next one gets it. */
  giveBack(memory: Uint8Array): void {
    this.#spare = memory;
  }

  #isGiven(memory: Uint8Array, length: number): boolean {
    return length === memory.length && memory !== this.#shared;
  }

  #own(): Uint8Array {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? newMemory(FULL_READ_BYTES);
  }
}
