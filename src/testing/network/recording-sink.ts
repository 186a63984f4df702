// A sink that records its calls.

import type { Borrower, TransportSink } from '../../conn/transport.js';

/** Records all its calls. For tests, and for simple clients. */
export class RecordingSink implements TransportSink, Borrower {
  /** The received chunks, one for each call. */
  readonly chunks: Uint8Array[] = [];
  /** The events in order. Several `bytes` in a row count once. */
  readonly events: ('bytes' | 'fin' | 'flushed' | 'reset')[] = [];
  byteCount = 0;
  lentCount = 0;
  finCount = 0;
  flushedCount = 0;
  resetCount = 0;
  resetError: Error | undefined = undefined;
  /** The `now` of the last event. */
  lastEventAt: number | undefined = undefined;

  onBytes(bytes: Uint8Array, now: number): void {
    this.chunks.push(bytes);
    this.byteCount += bytes.length;
    if (this.events.at(-1) !== 'bytes') this.events.push('bytes');
    this.lastEventAt = now;
  }

  onLent(memory: Uint8Array, length: number, now: number): void {
    this.lentCount++;
    this.onBytes(memory.slice(0, length), now);
  }

  onFin(now: number): void {
    this.finCount++;
    this.events.push('fin');
    this.lastEventAt = now;
  }

  onFlushed(now: number): void {
    this.flushedCount++;
    this.events.push('flushed');
    this.lastEventAt = now;
  }

  onReset(now: number, error: Error | undefined): void {
    this.resetCount++;
    this.resetError = error;
    this.events.push('reset');
    this.lastEventAt = now;
  }

  /** All received bytes, in one piece. */
  get bytes(): Uint8Array {
    const all = new Uint8Array(this.byteCount);
    let filled = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, filled);
      filled += chunk.length;
    }
    return all;
  }

  /** All received bytes, as latin1. */
  get text(): string {
    let text = '';
    for (const byte of this.bytes) text += String.fromCharCode(byte);
    return text;
  }
}
