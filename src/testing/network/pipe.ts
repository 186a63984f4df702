// One direction of a simulated connection: from the sender's writes through its
// system's buffer, the wire and the receiver's system's buffer.

import { ByteQueue } from './byte-queue.js';
import type { PipeOptions } from './link-options.js';
import type { Random } from './random.js';
import type { VirtualClock } from './virtual-clock.js';

/** What a pipe tells. All in events of the clock, never from within a call. */
export interface PipeEnds {
  /** The receiver: there is something to read. */
  readable(): void;
  /** The receiver: the FIN stands behind what is to read. */
  finArrived(): void;
  /** The receiver: the sender's reset. */
  resetArrived(): void;
  /** The sender: all that was written, and was not taken at once, is flushed. */
  flushed(): void;
  /** Both: `cutAfterBytes` have arrived. */
  cut(): void;
}

/**
 * Bytes go from `#unflushed` (bounded by nothing) to `#sendBuffer`, on the way,
 * and to `#receiveBuffer`. Those on the way count in both buffers: an
 * acknowledgement takes no time. Neither does news of a window that has opened.
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
  /** When what was sent last arrives: nothing sent later arrives earlier. */
  #lastArrival: number;
  #flushAwaited: boolean;
  #fin: 'open' | 'wanted' | 'sent';
  /** The sender takes and sends nothing more. */
  #closed: boolean;
  /** What is on the way never arrives. */
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

  /** Takes the bytes as they are: they must not change. */
  write(bytes: Uint8Array): void {
    if (this.#closed || this.#fin !== 'open') return;
    this.#unflushed.push(bytes);
    this.#fill();
    if (this.#unflushed.length > 0) this.#flushAwaited = true;
    this.#send();
  }

  /** FIN, behind all that was written. */
  end(): void {
    if (this.#fin === 'open') this.#fin = 'wanted';
    this.#send();
  }

  /** The sender has gone: what its system has taken is still sent, and FIN. */
  abandon(): void {
    this.#unflushed.clear();
    this.#flushAwaited = false;
    this.end();
  }

  /** The sender resets: what is not on the way yet is lost. */
  reset(): void {
    if (this.#closed) return;
    this.close();
    this.#whenArrived(() => this.#ends.resetArrived());
  }

  /** Takes and sends nothing more. */
  close(): void {
    this.#closed = true;
    this.#flushAwaited = false;
    this.#unflushed.clear();
    this.#sendBuffer.clear();
  }

  /** The wire is cut: nothing is sent, and nothing that is on the way arrives. */
  sever(): void {
    this.close();
    this.#severed = true;
  }

  /** Takes what one read gives, which opens the window. */
  read(): Uint8Array {
    const bytes = this.#receiveBuffer.shift(this.options.readBytesMax);
    this.#send();
    return bytes;
  }

  /** Throws away what was not read. */
  discard(): void {
    this.#receiveBuffer.clear();
  }

  /** The sender's system takes what it has room for. */
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
    // Small segments are the ones that find mistakes: half of them have at most 16 bytes.
    return this.#random.integer(1, this.#random.chance(0.5) ? Math.min(16, most) : most);
  }

  /** Lets something happen when what is sent now arrives: not before what was sent earlier. */
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
      // More was written meanwhile: that will be told, for both.
      if (this.#unflushed.length > 0) this.#flushAwaited = true;
      else this.#ends.flushed();
    });
  }
}
