// The Transport port over a handle of Node's, without the net.Socket above it:
// no events, no streams, no callbacks but those that libuv has something to say to.

import {
  type Borrower,
  FULL_READ_BYTES,
  type Transport,
  type TransportAddress,
  type TransportSink,
} from '../conn/transport.js';
import { bug } from '../fsm/bug.js';
import { monotonicNow } from './clock.js';
import { newMemory } from './content-memory.js';
import { type HandleGroup, type HandleOwner, newShutdown, own } from './handle-group.js';
import { silence } from './silence.js';
import {
  END_OF_FILE,
  type HandleAddress,
  type StreamHandle,
  type WriteRequest,
} from './stream-api.js';
import { systemError, systemErrorName } from './system-error.js';

/**
 * libuv asks for memory at the moment of reading, so that one piece does for all handles. On
 * Windows a pipe may be given it earlier.
 */
const CAN_SHARE_MEMORY: boolean = process.platform !== 'win32';

const NO_ADDRESS: TransportAddress = Object.freeze({ address: '', port: 0 });

/**
 * One connected handle as a {@link Transport}. From here on it belongs to the
 * transport. Call {@link HandleTransport.attach} in the same turn.
 *
 * The same is not known as over a socket: behind a pause with bytes unread, and
 * after a FIN, a reset is seen only by writing; and Node 20 and 22 show a reset
 * that stands behind unread bytes as a FIN (see {@link NetTransport}).
 */
export class HandleTransport implements Transport, HandleOwner {
  readonly remote: TransportAddress;
  readonly #handle: StreamHandle;
  readonly #group: HandleGroup;
  #local: TransportAddress | undefined;
  #sink: TransportSink;
  /** Closed by us or broken: nothing is told and nothing written any more. */
  #closed: boolean;
  /** A write or a shutdown failed at once, which is told in a moment. */
  #failed: boolean;
  #paused: boolean;
  /** Node reads, pause or not. */
  #reading: boolean;
  /** The last read came full: there is more behind it. */
  #readFull: boolean;
  /** To whom what comes may be lent. */
  #borrower: Borrower | undefined;
  /** Where Node reads into next: the memory that all share, or our own; undefined where it makes some for each read. */
  #memory: Uint8Array | undefined;
  /** Came behind a pause. Then the FIN can't have come. */
  #held: Uint8Array | undefined;
  #finHeld: boolean;
  #finRead: boolean;
  /** Bytes of the writes that libuv took over and has not finished. */
  #retainedBytes: number;
  #endWanted: boolean;
  #shuttingDown: boolean;
  #resetWanted: boolean;

  constructor(handle: StreamHandle, group: HandleGroup) {
    // At once: after a reset the kernel has forgotten the peer, and a log still wants it.
    this.remote = addressBy(handle.getpeername, handle);
    this.#handle = handle;
    this.#group = group;
    this.#local = group.local;
    this.#sink = silence;
    this.#closed = false;
    this.#failed = false;
    this.#paused = false;
    this.#reading = false;
    this.#readFull = false;
    this.#borrower = undefined;
    this.#memory = undefined;
    this.#held = undefined;
    this.#finHeld = false;
    this.#finRead = false;
    this.#retainedBytes = 0;
    this.#endWanted = false;
    this.#shuttingDown = false;
    this.#resetWanted = false;
  }

  /** Tells `sink` of all that happens from now on. Once. */
  attach(sink: TransportSink): void {
    own(this.#handle, this);
    if (this.#closed) return;
    this.#sink = sink;
    this.#read();
  }

  get local(): TransportAddress {
    this.#local ??= addressBy(this.#handle.getsockname, this.#handle);
    return this.#local;
  }

  get encrypted(): boolean {
    return false;
  }

  /** Exact to the byte, so that a reader who takes a big write slowly is seen to take it. */
  get unflushedBytes(): number {
    return this.#retainedBytes === 0 || this.#closed ? 0 : this.#handle.writeQueueSize;
  }

  get retainedBytes(): number {
    return this.#closed ? 0 : this.#retainedBytes;
  }

  get unreadBytes(): number {
    const memory = this.#memory;
    const own = memory === undefined || memory === this.#group.readMemory ? 0 : memory.length;
    return this.#held === undefined ? own : own + this.#held.length;
  }

  write(bytes: Uint8Array | string): void {
    if (this.#closed || this.#failed || bytes.length === 0) return;
    if (this.#endWanted) bug('a write after end');
    const { spareWrite } = this.#group;
    const status =
      typeof bytes === 'string'
        ? this.#handle.writeLatin1String(spareWrite, bytes)
        : this.#handle.writeBuffer(spareWrite, bytes);
    this.#written(status, bytes, bytes.length);
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    if (this.#closed || this.#failed) return;
    if (this.#endWanted) bug('a write after end');
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (const piece of pieces) {
      length += piece.length;
      if (piece.length === 0) continue;
      // A string costs Node an allocation of its own for each call; this one is out of its pool.
      chunks.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    }
    if (length === 0) return;
    const status = this.#handle.writev(this.#group.spareWrite, chunks, true);
    this.#written(status, chunks, length);
  }

  end(): void {
    if (this.#closed || this.#endWanted) return;
    this.#endWanted = true;
    // Not earlier than flushed: a handle in the middle of a shutdown can't be reset.
    if (this.#retainedBytes === 0) this.#shutDown();
  }

  destroy(): void {
    if (this.#close()) this.#handle.close();
  }

  reset(): void {
    if (!this.#close()) return;
    // A shutdown that is under way is over in a turn. libuv refuses to reset meanwhile
    // (EINVAL), and Node then forgets the descriptor without closing it.
    this.#resetWanted = this.#shuttingDown;
    if (this.#shuttingDown) this.#stopReading();
    else resetOrClose(this.#handle);
  }

  /**
   * Where nothing is unread, Node goes on reading, for a reset is seen only so.
   * What comes meanwhile is held, one read of it.
   */
  pause(): void {
    this.#paused = true;
    if (this.#readFull) this.#stopReading();
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    if (this.#held === undefined && !this.#finHeld) this.#read();
    else process.nextTick(releaseHeld, this);
  }

  /**
   * Node allocates 64 KiB for each read, and V8 makes a full collection of every 64 MiB or so: that
   * is more than half of what an upload costs, and a tenth of a small request. Lent bytes need
   * neither.
   */
  lendTo(borrower: Borrower | undefined): void {
    this.#borrower = borrower;
    if (borrower === undefined || this.#memory !== undefined || this.#closed || !CAN_SHARE_MEMORY)
      return;
    const { readMemory } = this.#group;
    if (this.#handle.useUserBuffer?.(readMemory) === 0) this.#memory = readMemory;
  }

  /**
   * @internal Something was read: bytes, the FIN, or an error. `made` is the memory that Node has
   * made for it, unless it was given some.
   *
   * @returns the memory to read into next, where it is another
   */
  readCame(made: ArrayBuffer | undefined): Uint8Array | undefined {
    const { api } = this.#group;
    const count = api.state[api.bytesOrError] as number;
    // 0: there was nothing to read after all.
    if (count > 0) {
      if (made === undefined) return this.#givenCame(this.#memory as Uint8Array, count);
      this.#bytesCame(new Uint8Array(made, api.state[api.offset], count));
    } else if (count === END_OF_FILE) this.#finCame();
    else if (count < 0) this.broke(count, 'read');
    return undefined;
  }

  /** `count` bytes were read into memory that we gave. */
  #givenCame(memory: Uint8Array, count: number): Uint8Array | undefined {
    const { readMemory } = this.#group;
    const borrower = this.#borrower;
    if (borrower !== undefined && memory === readMemory && !this.#paused) {
      this.#readFull = count === FULL_READ_BYTES;
      borrower.onLent(memory, count, monotonicNow());
      return undefined;
    }
    // Who keeps what comes gets our own memory, if that is well filled: more would be held than came.
    const filled = count >= FULL_READ_BYTES / 2;
    const given = filled && memory !== readMemory;
    // Where reads are short, or nothing is kept, nothing of our own waits for what may never come.
    const next = filled && borrower === undefined ? newMemory(FULL_READ_BYTES) : readMemory;
    this.#memory = next;
    // What nobody wrote must not be seen behind what is given away.
    if (given) memory.fill(0, count);
    const bytes = memory.subarray(0, count);
    let told = false;
    try {
      this.#bytesCame(given ? bytes : new Uint8Array(bytes));
      told = true;
    } finally {
      // Where something is thrown, Node is told of no other memory, and would read on into what was given away.
      if (!told) this.destroy();
    }
    return next;
  }

  #bytesCame(bytes: Uint8Array): void {
    this.#readFull = bytes.length === FULL_READ_BYTES;
    if (this.#paused) {
      this.#held = bytes;
      this.#stopReading();
    } else {
      this.#sink.onBytes(bytes, monotonicNow());
    }
  }

  #finCame(): void {
    // libuv has stopped reading by itself.
    this.#reading = false;
    this.#finRead = true;
    this.#finHeld = this.#paused;
    if (!this.#paused) this.#sink.onFin(monotonicNow());
  }

  /** @internal The pause behind which something was held is over, unless there is another by now. */
  releaseHeld(): void {
    if (this.#paused || this.#closed) return;
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      this.#sink.onBytes(held, monotonicNow());
      if (!this.#paused) this.#read();
    } else if (this.#finHeld) {
      this.#finCame();
    }
  }

  /** @internal */
  broke(status: number, call: string): void {
    if (this.#closed) return;
    const sink = this.#sink;
    this.#close();
    this.#handle.close();
    sink.onReset(monotonicNow(), systemError(status, call));
  }

  /** @internal One of the writes that libuv took over is done. */
  wrote(bytesCount: number, status: number): void {
    if (this.#closed || bytesCount === 0) return;
    this.#retainedBytes -= bytesCount;
    if (status !== 0) {
      this.broke(status, 'write');
    } else if (this.#retainedBytes === 0) {
      if (this.#endWanted) this.#shutDown();
      this.#sink.onFlushed(monotonicNow());
    }
  }

  /** @internal Our FIN is on its way. */
  wasShutDown(): void {
    this.#shuttingDown = false;
    if (this.#resetWanted) resetOrClose(this.#handle);
  }

  /** Looks at what became of a write: done, failed, or taken over by libuv with the request. */
  #written(status: number, retained: WriteRequest['retained'], bytesCount: number): void {
    const group = this.#group;
    const { api, spareWrite } = group;
    if (status !== 0) {
      this.#fail(status, 'write');
    } else if (api.state[api.wasAsync] !== 0) {
      group.renewSpareWrite();
      // libuv takes over what exceeds one call of the kernel (1024 pieces), and may be
      // done with it already: then nothing is pending but the news of it.
      if (this.#handle.writeQueueSize === 0) return;
      this.#retainedBytes += bytesCount;
      spareWrite.retained = retained;
      spareWrite.retainedBytes = bytesCount;
    }
  }

  #read(): void {
    if (this.#reading || this.#finRead || this.#closed) return;
    this.#reading = true;
    const status = this.#handle.readStart();
    if (status !== 0) this.#fail(status, 'read');
  }

  #stopReading(): void {
    if (!this.#reading) return;
    this.#reading = false;
    // It fails only where nothing is read anyway.
    this.#handle.readStop();
  }

  #shutDown(): void {
    const status = this.#handle.shutdown(newShutdown(this.#group.api));
    this.#shuttingDown = status === 0;
    // That the peer is gone, whoever reads learns, and no FIN is wanted any more.
    if (status !== 0 && systemErrorName(status) !== 'ENOTCONN') this.#fail(status, 'shutdown');
  }

  /** Breaks, but not from within a call. */
  #fail(status: number, call: string): void {
    if (this.#failed) return;
    this.#failed = true;
    process.nextTick(tellBroken, this, status, call);
  }

  /** @returns false where it was closed already. */
  #close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.#sink = silence;
    this.#held = undefined;
    return true;
  }
}

function releaseHeld(transport: HandleTransport): void {
  transport.releaseHeld();
}

function tellBroken(transport: HandleTransport, status: number, call: string): void {
  transport.broke(status, call);
}

function resetOrClose(handle: StreamHandle): void {
  // A Unix domain socket knows no reset.
  if (handle.reset === undefined) handle.close();
  else handle.reset();
}

function addressBy(ask: StreamHandle['getpeername'], handle: StreamHandle): TransportAddress {
  const into: HandleAddress = {};
  if (ask === undefined || ask.call(handle, into) !== 0) return NO_ADDRESS;
  return { address: into.address ?? '', port: into.port ?? 0 };
}
