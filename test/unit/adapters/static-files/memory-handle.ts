import type { ReadableHandle } from '../../../../src/adapters/static-files/file-pieces.js';

/** A handle over memory that gives at most `atOnce` bytes a read, and counts how often it is closed. */
export class MemoryHandle implements ReadableHandle {
  closed = 0;
  reads = 0;
  failure: Error | undefined;
  readonly content: Uint8Array;
  readonly atOnce: number;
  #readsBeforeFailure = 0;

  constructor(content: Uint8Array, atOnce: number = Number.POSITIVE_INFINITY) {
    this.content = content;
    this.atOnce = atOnce;
  }

  failsAfter(reads: number, failure: Error): void {
    this.#readsBeforeFailure = reads;
    this.failure = failure;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    if (this.closed > 0) throw new Error('read after close');
    if (this.failure !== undefined && this.reads >= this.#readsBeforeFailure) throw this.failure;
    this.reads++;
    const part = this.content.subarray(position, position + Math.min(length, this.atOnce));
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

export const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);
