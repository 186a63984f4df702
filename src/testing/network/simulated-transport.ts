// One end of a simulated connection: the Transport port over two pipes.

import type {
  ArrivingTransport,
  Borrower,
  TransportAddress,
  TransportEnds,
  TransportSink,
} from '../../conn/transport.js';
import type { Pipe } from './pipe.js';
import type { Random } from './random.js';
import type { EndName, TraceEvent } from './trace.js';
import type { VirtualClock } from './virtual-clock.js';

/**
 * The byte that stands for memory of other connections. It fills the memory around lent bytes, lent
 * memory after the call, and memory that was never written. No simulation may see this byte without
 * sending it.
 */
export const CANARY = 0xa5;
/** More bytes than faulty code would read before the beginning or after the end. */
const CANARY_BYTES = 128;

/** The parts of an end. */
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
 * It behaves like a socket, in virtual time. It also simulates rules that users of sockets often
 * forget. An end that is destroyed with unread bytes, or gets bytes afterwards, resets the peer.
 * After a FIN, only a write sees a reset. Bytes that the system has taken count as flushed,
 * although the peer may never read them.
 *
 * The network sets `outgoing` and `incoming` before the first event.
 */
export class SimulatedTransport implements ArrivingTransport {
  remote: TransportAddress;
  local: TransportAddress;
  readonly encrypted: boolean;
  readonly #parts: TransportParts;
  readonly #outgoing: Pipe;
  readonly #incoming: Pipe;
  #sink: TransportSink | undefined;
  /** Closed by us, or reported as broken: no more calls, no more writes. */
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

  standFor({ remote, local }: TransportEnds): void {
    this.remote = remote;
    this.local = local;
  }

  passTo(sink: TransportSink): void {
    this.#sink = sink;
  }

  get unflushedBytes(): number {
    return this.#outgoing.unflushedBytes;
  }

  get retainedBytes(): number {
    return this.#outgoing.retainedBytes;
  }

  /** A paused reader leaves its bytes in the simulated kernel. */
  get unreadBytes(): number {
    return 0;
  }

  /** True after this end was destroyed or reset, or after its sink got the break of the connection. */
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

  /** @internal Sends all following events to `sink`. */
  attach(sink: TransportSink): void {
    this.#sink = sink;
  }

  /** @internal There may be something to read: bytes, or the FIN or reset after them. */
  readable(): void {
    if (this.#closed) {
      // Bytes for a closed end are answered by a reset.
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
      // The rest, and what follows it, comes with the next wake-up.
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
    // Code that has kept the lent memory finds other bytes there.
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
    // A waiting write meets the reset. A reported FIN hides the reset from all other calls.
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
    // Checked before the wire is cut, which drops unwritten bytes.
    if (this.#reset === 'none') this.resetArrived();
    this.#outgoing.sever();
  }

  /** @internal No server listens there. */
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
