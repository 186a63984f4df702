// The memory of one connection as its server knows it: how much is held, and since when content has
// waited for more.

import type { MemoryHolder } from '../server-ports.js';
import type { MemoryRelief } from './memory-relief.js';

export class HeldMemory {
  /** Since when content has waited for memory. */
  starvedSince = 0;
  readonly #holder: MemoryHolder;
  readonly #relief: MemoryRelief;
  /** Bytes that the ledger knows of. */
  #bytes = 0;
  /** Content waits for memory, and the relief knows. */
  #isStarving = false;

  constructor(holder: MemoryHolder, relief: MemoryRelief) {
    this.#holder = holder;
    this.#relief = relief;
  }

  /** So many bytes are held now. */
  count(bytes: number): void {
    // Each wake-up comes here, and most end with as much as they began with.
    if (bytes !== this.#bytes) this.#bytes = this.#relief.ledger.replace(this.#bytes, bytes);
  }

  /** Content waits for memory, or waits no longer. */
  follow(isStarving: boolean, now: number): void {
    if (isStarving === this.#isStarving) return;
    this.#isStarving = isStarving;
    this.starvedSince = now;
    if (isStarving) this.#relief.starve(this.#holder);
    else this.#relief.endStarvation(this.#holder);
  }

  /** The connection is over: it waits for no memory. */
  stop(): void {
    if (this.#isStarving) this.#relief.endStarvation(this.#holder);
  }
}
