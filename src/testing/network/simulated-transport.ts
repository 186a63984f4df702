// One end of a simulated connection: the Transport port over two pipes.

import type { Borrower, Transport, TransportAddress, TransportSink } from '../../conn/transport.js';
import type { Pipe } from './pipe.js';
import type { Random } from './random.js';
import type { EndName, TraceEvent } from './trace.js';
import type { VirtualClock } from './virtual-clock.js';

/**
 * Stands for bytes that are another connection's: around what is lent, in all of it afterwards, and in
 * memory that nobody has written yet. A world that never sends it must never see it.
 */
export const CANARY = 0xa5;
/** More than anybody who looks past an end or a beginning would go. */
const CANARY_BYTES = 128;

/** What an end is made of. */
export interface TransportParts {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly end: EndName;
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
  readonly encrypted: boolean;
  readonly trace: (end: EndName, event: TraceEvent, bytes: number) => void;
}

/**
 * One end of a simulated connection.
 *
 * It behaves as a socket does, in virtual time. What a socket's user often
 * forgets is simulated, too: who destroys it with bytes unread, or gets bytes
 * afterwards, resets the peer; behind a FIN, a reset is seen only by writing; and bytes that
 * the system has taken are flushed, though the peer may never read them.
 *
 * `outgoing` and `incoming` are set by the network before the first event.
 */
export class SimulatedTransport implements Transport {
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
  readonly encrypted: boolean;
  readonly #parts: TransportParts;
  readonly #outgoing: Pipe;
  readonly #incoming: Pipe;
  #sink: TransportSink | undefined;
  /** Closed by us or told broken: nothing is told and nothing written any more. */
  #closed: boolean;
  #ended: boolean;
  #paused: boolean;
  #borrower: Borrower | undefined;
  #fin: 'open' | 'arrived' | 'told';
  #reset: 'none' | 'behindBytes' | 'atNextWrite';

  /** @internal Made by {@link SimulatedNetwork.connect}. */
  constructor(parts: TransportParts, outgoing: Pipe, incoming: Pipe) {
    this.remote = parts.remote;
    this.local = parts.local;
    this.encrypted = parts.encrypted;
    this.#parts = parts;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#sink = undefined;
    this.#closed = false;
    this.#ended = false;
    this.#paused = false;
    this.#borrower = undefined;
    this.#fin = 'open';
    this.#reset = 'none';
  }

  get unflushedBytes(): number {
    return this.#outgoing.unflushedBytes;
  }

  get retainedBytes(): number {
    return this.#outgoing.retainedBytes;
  }

  /** What a paused reader has not taken stays in the simulated kernel. */
  get unreadBytes(): number {
    return 0;
  }

  /** True once this end was destroyed or reset, or has been told that the connection broke. */
  get closed(): boolean {
    return this.#closed;
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    for (const piece of pieces) this.write(piece);
  }

  write(bytes: Uint8Array | string): void {
    if (this.#closed || bytes.length === 0) return;
    if (this.#ended) throw new Error('a write after end');
    this.#trace('write', bytes.length);
    if (this.#reset !== 'none') {
      this.#parts.clock.after(0, () => this.#tellBroken('EPIPE'));
      return;
    }
    this.#outgoing.write(typeof bytes === 'string' ? latin1Bytes(bytes) : bytes.slice());
  }

  end(): void {
    if (this.#closed || this.#ended) return;
    this.#ended = true;
    this.#trace('end');
    this.#outgoing.end();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#trace('destroy');
    if (this.#incoming.unreadBytes > 0) this.#outgoing.reset();
    else this.#outgoing.abandon();
    this.#incoming.discard();
  }

  reset(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#trace('reset');
    this.#outgoing.reset();
    this.#incoming.discard();
  }

  pause(): void {
    if (this.#paused || this.#closed) return;
    this.#paused = true;
    this.#trace('pause');
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#trace('resume');
    this.#parts.clock.after(0, () => this.readable());
  }

  lendTo(borrower: Borrower | undefined): void {
    this.#borrower = borrower;
  }

  /** @internal Tells `sink` of all that happens from now on. */
  attach(sink: TransportSink): void {
    this.#sink = sink;
  }

  /** @internal Something may be there to read: bytes, or what stands behind them. */
  readable(): void {
    if (this.#closed) {
      // Bytes for nobody are answered by a reset.
      if (this.#incoming.unreadBytes > 0) {
        this.#incoming.discard();
        this.#outgoing.reset();
      }
      return;
    }
    if (this.#paused || this.#sink === undefined) return;
    if (this.#incoming.unreadBytes > 0) {
      const bytes = this.#incoming.read();
      this.#trace('bytes', bytes.length);
      // What is left, and what stands behind it, is the next wake-up's.
      this.#parts.clock.after(0, () => this.readable());
      if (this.#borrower !== undefined) this.#tellLent(bytes, this.#borrower);
      else this.#sink.onBytes(bytes, this.#parts.clock.now);
    } else if (this.#reset === 'behindBytes') {
      this.#resetBehindBytes();
    } else if (this.#fin === 'arrived') {
      this.#tellFin();
    }
  }

  #tellLent(bytes: Uint8Array, borrower: Borrower): void {
    const all = new Uint8Array(CANARY_BYTES + bytes.length + CANARY_BYTES).fill(CANARY);
    const memory = all.subarray(CANARY_BYTES);
    memory.set(bytes);
    borrower.onLent(memory, bytes.length, this.#parts.clock.now);
    // Whoever has kept it finds something else there.
    all.fill(CANARY);
  }

  /** @internal */
  finArrived(): void {
    if (this.#fin === 'open') this.#fin = 'arrived';
    this.readable();
  }

  /** @internal */
  flushed(): void {
    if (this.#closed) return;
    this.#trace('flushed');
    this.#sink?.onFlushed(this.#parts.clock.now);
  }

  /** @internal */
  resetArrived(): void {
    if (this.#closed) {
      this.#outgoing.close();
      return;
    }
    // A write that still waits meets the reset; a FIN that was told hides it from all else.
    const writing = this.#outgoing.unflushedBytes > 0;
    this.#outgoing.close();
    const unread = this.#incoming.unreadBytes > 0;
    if (this.#fin === 'told' && !writing) {
      this.#reset = 'atNextWrite';
    } else if (unread && !this.#parts.random.chance(this.#incoming.options.resetDiscardsChance)) {
      this.#reset = 'behindBytes';
    } else {
      this.#tellBroken('ECONNRESET');
    }
  }

  /** @internal The network broke the connection. */
  broken(): void {
    // Asked before the wire is cut, which drops what waits to be written.
    if (this.#reset === 'none') this.resetArrived();
    this.#outgoing.sever();
  }

  /** @internal Nobody listens there. */
  refused(): void {
    this.#outgoing.close();
    this.#tellBroken('ECONNREFUSED');
  }

  #resetBehindBytes(): void {
    if (this.#parts.random.chance(this.#incoming.options.resetAsFinChance)) {
      this.#reset = 'atNextWrite';
      this.#tellFin();
    } else {
      this.#tellBroken('ECONNRESET');
    }
  }

  #tellFin(): void {
    this.#fin = 'told';
    this.#trace('fin');
    this.#sink?.onFin(this.#parts.clock.now);
  }

  #tellBroken(code: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#incoming.discard();
    this.#trace('broken');
    const error = Object.assign(new Error(`${code}: simulated`), { code });
    this.#sink?.onReset(this.#parts.clock.now, error);
  }

  #trace(event: TraceEvent, bytes = 0): void {
    this.#parts.trace(this.#parts.end, event, bytes);
  }
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
