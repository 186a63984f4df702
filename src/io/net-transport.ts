// The Transport port over a socket of node:net. The hot path is one event in and
// one write out, so listeners are shared functions that find their transport on
// the socket, and nothing is allocated an event.

import type { Socket } from 'node:net';
import type { Transport, TransportAddress, TransportSink } from '../conn/transport.js';
import { bug } from '../fsm/bug.js';
import { monotonicNow } from './clock.js';
import { silence } from './silence.js';

const transportOf = Symbol('sluice.transport');

/** A boundary: the property by which a listener finds its transport. */
interface OwnedSocket extends Socket {
  [transportOf]: NetTransport;
}

/** A boundary: what Node's socket handle counts, without a word in the documents. */
interface CountingHandle {
  /** Bytes handed to libuv, taken by the kernel or not. */
  readonly bytesWritten: number;
  /** Those of them that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/**
 * One connected socket as a {@link Transport}.
 *
 * The socket should have been made with `noDelay` and must have been made with
 * `allowHalfOpen`; from here on it belongs to the transport. Call
 * {@link NetTransport.attach} in the same turn, for events wait for nobody.
 *
 * What Node does not let it know: behind a pause that has filled the socket's
 * buffers (64 KiB in Node, then the kernel's), and after a FIN, a reset is seen
 * only by writing. And Node 20 and 22 show a reset that stands behind unread bytes as
 * a FIN, and as a reset at the next write (libuv's short cut for EPOLLHUP, gone in Node 24).
 */
export class NetTransport implements Transport {
  readonly remote: TransportAddress;
  readonly encrypted: boolean;
  readonly #socket: Socket;
  #local: TransportAddress | undefined;
  #sink: TransportSink;
  /** Closed by us or broken: nothing is told and nothing written any more. */
  #closed: boolean;
  #paused: boolean;
  /** The FIN came behind a pause: Node's 'end' does not wait for `resume`. */
  #finHeld: boolean;
  /** Something written was not flushed at once; a marker stands behind it. */
  #flushAwaited: boolean;
  #endWanted: boolean;

  /**
   * @param local The socket's own address where it is known, which saves asking the kernel.
   */
  constructor(socket: Socket, local?: TransportAddress) {
    // At once: after a reset the kernel has forgotten the peer, and a log still wants it.
    this.remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.encrypted = 'encrypted' in socket && socket.encrypted === true;
    this.#socket = socket;
    this.#local = local;
    this.#sink = silence;
    this.#closed = false;
    this.#paused = false;
    this.#finHeld = false;
    this.#flushAwaited = false;
    this.#endWanted = false;
  }

  /** Tells `sink` of all that happens from now on. Once. */
  attach(sink: TransportSink): void {
    const socket = this.#socket as OwnedSocket;
    if (socket[transportOf] !== undefined) bug('a transport was attached twice');
    socket[transportOf] = this;
    // Listened to even when accepting has closed the transport: an error that
    // nobody listens to ends the process.
    socket.on('error', onError);
    if (this.#closed) return;
    this.#sink = sink;
    socket.on('end', onEnd);
    socket.on('close', onClose);
    socket.on('data', onData);
  }

  get local(): TransportAddress {
    if (this.#local === undefined) {
      const { localAddress, localPort } = this.#socket;
      this.#local = { address: localAddress ?? '', port: localPort ?? 0 };
    }
    return this.#local;
  }

  /**
   * Exact to the byte, so that a reader who takes a big write slowly is seen to
   * take it: `writableLength` counts a write as a whole until its last byte is gone.
   */
  get unflushedBytes(): number {
    const socket = this.#socket;
    const writableLength = socket.writableLength;
    if (writableLength === 0 || this.#closed) return 0;
    const handle = countingHandle(socket);
    if (handle === undefined) return writableLength;
    return socket.bytesWritten - handle.bytesWritten + handle.writeQueueSize;
  }

  get retainedBytes(): number {
    return this.#closed ? 0 : this.#socket.writableLength;
  }

  get unreadBytes(): number {
    return this.#socket.readableLength;
  }

  write(bytes: Uint8Array | string): void {
    if (this.#closed || bytes.length === 0) return;
    if (this.#endWanted) bug('a write after end');
    const socket = this.#socket;
    writeTo(socket, bytes);
    // What the kernel took at once has left `writableLength` already.
    if (!this.#flushAwaited && socket.writableLength > 0) this.#awaitFlush();
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    if (this.#closed) return;
    if (this.#endWanted) bug('a write after end');
    const socket = this.#socket;
    socket.cork();
    for (const piece of pieces) writeTo(socket, piece);
    socket.uncork();
    if (!this.#flushAwaited && socket.writableLength > 0) this.#awaitFlush();
  }

  end(): void {
    if (this.#closed || this.#endWanted) return;
    this.#endWanted = true;
    // Not earlier than flushed: a socket in the middle of a shutdown can't be reset.
    if (!this.#flushAwaited) this.#socket.end();
  }

  destroy(): void {
    if (this.#close()) this.#socket.destroy();
  }

  reset(): void {
    if (!this.#close()) return;
    const socket = this.#socket;
    if (this.local.address === '') {
      // A Unix domain socket knows no reset; Node throws ERR_INVALID_HANDLE_TYPE.
      socket.destroy();
    } else if (socket.writableEnded && !socket.writableFinished) {
      // The shutdown is under way, for a turn. libuv refuses to reset meanwhile
      // (EINVAL), and Node then forgets the descriptor without closing it.
      socket.once('finish', () => socket.resetAndDestroy());
    } else {
      socket.resetAndDestroy();
    }
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    if (this.#finHeld) process.nextTick(releaseFin, this);
  }

  /** A socket has one way of reading for its life. */
  lendTo(): void {}

  /** @internal */
  socketBytes(bytes: Uint8Array): void {
    this.#sink.onBytes(bytes, monotonicNow());
  }

  /** @internal */
  socketFin(): void {
    this.#finHeld = this.#paused;
    if (!this.#finHeld) this.#sink.onFin(monotonicNow());
  }

  /** @internal The pause behind which the FIN was held is over, unless there is another by now. */
  releaseFin(): void {
    if (this.#finHeld) this.socketFin();
  }

  /** @internal */
  socketBroke(error: Error | undefined): void {
    const sink = this.#sink;
    if (this.#close()) sink.onReset(monotonicNow(), error);
  }

  /** @returns false where it was closed already. */
  #close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.#sink = silence;
    return true;
  }

  /**
   * Writes nothing, with a callback, behind what is pending. A callback with each
   * write would do as well, but on Node 22 and later only a write without one
   * costs no tick; and 'drain' is told only above the high-water mark.
   */
  #awaitFlush(): void {
    this.#flushAwaited = true;
    this.#socket.write('', 'latin1', (error) => this.#markerWritten(error));
  }

  #markerWritten(error: Error | null | undefined): void {
    // A write that failed is told by 'error', which follows.
    if (this.#closed || error) return;
    if (this.#socket.writableLength > 0) {
      this.#awaitFlush();
      return;
    }
    this.#flushAwaited = false;
    if (this.#endWanted) this.#socket.end();
    this.#sink.onFlushed(monotonicNow());
  }
}

function writeTo(socket: Socket, bytes: Uint8Array | string): void {
  if (typeof bytes === 'string') socket.write(bytes, 'latin1');
  else socket.write(bytes);
}

function onData(this: OwnedSocket, bytes: Uint8Array): void {
  this[transportOf].socketBytes(bytes);
}

function onEnd(this: OwnedSocket): void {
  this[transportOf].socketFin();
}

function onError(this: OwnedSocket, error: Error): void {
  this[transportOf].socketBroke(error);
}

function onClose(this: OwnedSocket): void {
  // Both ways ended in peace: Node closes the socket, and all has been told, or
  // is held for `resume`. Otherwise somebody else destroyed it.
  if (!this.readableEnded || !this.writableFinished) this[transportOf].socketBroke(undefined);
}

function releaseFin(transport: NetTransport): void {
  transport.releaseFin();
}

function countingHandle(socket: Socket): CountingHandle | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: Partial<CountingHandle> | null };
  if (typeof handle?.bytesWritten !== 'number') return undefined;
  if (typeof handle.writeQueueSize !== 'number') return undefined;
  return handle as CountingHandle;
}
