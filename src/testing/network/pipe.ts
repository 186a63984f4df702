// One direction of a simulated connection: from the sender's writes, through the buffer of its
// system and the wire, to the buffer of the receiver's system.

import { ByteQueue } from './byte-queue.js';
import type { PipeOptions } from './link-options.js';
import type { Random } from './random.js';
import type { VirtualClock } from './virtual-clock.js';

/** The calls of a pipe. Each call is an event of the clock, never inside another call. */
export interface PipeEnds {
  /** For the receiver: there are bytes to read. */
  readable(): void;
  /** For the receiver: the FIN follows the bytes to read. */
  finArrived(): void;
  /** For the receiver: the sender has reset the connection. */
  resetArrived(): void;
  /** For the sender: all bytes that were unflushed are flushed. */
  flushed(): void;
  /** For both: `cutAfterBytes` have arrived. */
  cut(): void;
}

/**
 * Bytes go from `#unflushed` (without a bound) to `#sendBuffer`, over the wire, to
 * `#receiveBuffer`. Bytes on the way count in both buffers: an acknowledgement takes no time. The
 * news of an opened window takes no time either.
 */
export class Pipe {
  readonly options: PipeOptions;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #ends: PipeEnds;
  readonly #unflushed: ByteQueue;
  readonly #sendBuffer: ByteQueue;
  readonly #receiveBuffer: ByteQueue;
  #onTheWay: number;
  #arrivedBytes: number;
  /** The arrival of the last sent bytes: later bytes never arrive earlier. */
  #lastArrival: number;
  #flushAwaited: boolean;
  #fin: 'open' | 'wanted' | 'sent';
  /** The sender takes and sends no more bytes. */
  #closed: boolean;
  /** Bytes on the way never arrive. */
  #severed: boolean;

  constructor(clock: VirtualClock, random: Random, options: PipeOptions, ends: PipeEnds) {
    this.options = options;
    this.#clock = clock;
    this.#random = random;
    this.#ends = ends;
    this.#unflushed = new ByteQueue();
    this.#sendBuffer = new ByteQueue();
    this.#receiveBuffer = new ByteQueue();
    this.#onTheWay = 0;
    this.#arrivedBytes = 0;
    this.#lastArrival = 0;
    this.#flushAwaited = false;
    this.#fin = 'open';
    this.#closed = false;
    this.#severed = false;
  }

  get unflushedBytes(): number {
    return this.#unflushed.length;
  }

  get retainedBytes(): number {
    return this.#unflushed.retainedBytes;
  }

  get unreadBytes(): number {
    return this.#receiveBuffer.length;
  }

  /** Takes the bytes without a copy: they must not change. */
  write(bytes: Uint8Array): void {
    if (this.#closed || this.#fin !== 'open') return;
    this.#unflushed.push(bytes);
    this.#fill();
    if (this.#unflushed.length > 0) this.#flushAwaited = true;
    this.#send();
  }

  /** Sends FIN after all written bytes. */
  end(): void {
    if (this.#fin === 'open') this.#fin = 'wanted';
    this.#send();
  }

  /** The sender left. Its system still sends the bytes that it has taken, and FIN. */
  abandon(): void {
    this.#unflushed.clear();
    this.#flushAwaited = false;
    this.end();
  }

  /** The sender resets the connection. Bytes that are not on the way are lost. */
  reset(): void {
    if (this.#closed) return;
    this.close();
    this.#whenArrived(() => this.#ends.resetArrived());
  }

  /** Takes and sends no more bytes. */
  close(): void {
    this.#closed = true;
    this.#flushAwaited = false;
    this.#unflushed.clear();
    this.#sendBuffer.clear();
  }

  /** Cuts the wire: nothing is sent, and bytes on the way never arrive. */
  sever(): void {
    this.close();
    this.#severed = true;
  }

  /** Takes the bytes of one read, which opens the window. */
  read(): Uint8Array {
    const bytes = this.#receiveBuffer.shift(this.options.readBytesMax);
    this.#send();
    return bytes;
  }

  /** Drops the unread bytes. */
  discard(): void {
    this.#receiveBuffer.clear();
  }

  /** The sender's system takes the bytes for which it has room. */
  #fill(): void {
    const room = this.options.sendBufferBytes - this.#sendBuffer.length - this.#onTheWay;
    if (room > 0) this.#sendBuffer.push(this.#unflushed.shift(room));
  }

  #send(): void {
    if (this.#closed) return;
    for (;;) {
      const window = this.options.receiveBufferBytes - this.#receiveBuffer.length - this.#onTheWay;
      const most = Math.min(this.#sendBuffer.length, window, this.options.segmentBytesMax);
      if (most <= 0) break;
      const segment = this.#sendBuffer.shift(this.#segmentBytes(most));
      this.#onTheWay += segment.length;
      this.#whenArrived(() => this.#arrived(segment));
    }
    if (this.#fin === 'wanted' && this.#unflushed.length + this.#sendBuffer.length === 0) {
      this.#fin = 'sent';
      this.#whenArrived(() => this.#ends.finArrived());
    }
  }

  #segmentBytes(most: number): number {
    const split = this.options.split;
    if (split === 'bytes') return 1;
    if (split === 'whole') return most;
    // Small segments find most mistakes, so half of the segments have at most 16 bytes.
    return this.#random.integer(1, this.#random.chance(0.5) ? Math.min(16, most) : most);
  }

  /**
   * Schedules `happen` for the arrival of the bytes sent now, but not before the arrival of earlier
   * bytes.
   */
  #whenArrived(happen: () => void): void {
    const { latencyMs, jitterMs } = this.options;
    const delayMs = latencyMs + (jitterMs > 0 ? this.#random.next() * jitterMs : 0);
    this.#lastArrival = Math.max(this.#lastArrival, this.#clock.now + delayMs);
    this.#clock.at(this.#lastArrival, () => {
      if (!this.#severed) happen();
    });
  }

  #arrived(segment: Uint8Array): void {
    this.#onTheWay -= segment.length;
    const left = this.options.cutAfterBytes - this.#arrivedBytes;
    this.#receiveBuffer.push(left < segment.length ? segment.subarray(0, left) : segment);
    this.#arrivedBytes += Math.min(left, segment.length);
    this.#fill();
    this.#send();
    if (this.#flushAwaited && this.#unflushed.length === 0) this.#tellFlushed();
    const { coalesceChance, latencyMs } = this.options;
    if (coalesceChance > 0 && this.#random.chance(coalesceChance)) {
      this.#clock.after(this.#random.next() * latencyMs, () => this.#ends.readable());
    } else {
      this.#ends.readable();
    }
    if (this.#arrivedBytes >= this.options.cutAfterBytes) this.#ends.cut();
  }

  #tellFlushed(): void {
    this.#flushAwaited = false;
    const { flushDelayMs } = this.options;
    if (flushDelayMs === Infinity) return;
    this.#clock.after(flushDelayMs, () => {
      if (this.#closed) return;
      // More bytes were written meanwhile: one call will report all of them.
      if (this.#unflushed.length > 0) this.#flushAwaited = true;
      else this.#ends.flushed();
    });
  }
}
