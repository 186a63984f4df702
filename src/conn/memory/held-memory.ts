// The memory of one connection as its server knows it: how much is held, and since when content has
// waited for more.

import type { MemoryHolder } from '../server-ports.js';
import type { Place } from './member-list.js';
import type { MemoryRelief } from './memory-relief.js';

export class HeldMemory {
  /** Since when content has waited for memory. */
  starvedSince = 0;
  readonly #holder: MemoryHolder;
  readonly #relief: MemoryRelief;
  /** Bytes that the ledger knows of. */
  #bytes = 0;
  /** While content waits for memory: its place among those that wait. */
  #place: Place<MemoryHolder> | undefined = undefined;

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
    if (isStarving === (this.#place !== undefined)) return;
    this.starvedSince = now;
    if (isStarving) this.#place = this.#relief.starve(this.#holder);
    else this.stop();
  }

  /** The connection is over, or has enough: it waits for no memory. */
  stop(): void {
    this.#place?.leave();
    this.#place = undefined;
  }
}
