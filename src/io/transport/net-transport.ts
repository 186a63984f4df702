// The Transport port over a socket of node:net. The hot path is one event in and one write out. So the
// listeners are shared functions that find their transport on the socket, and no event allocates.

import type { Socket } from 'node:net';
import type {
  ArrivingTransport,
  TlsFacts,
  TransportAddress,
  TransportEnds,
  TransportSink,
} from '../../conn/transport.js';
import { bug } from '../../fsm/bug.js';
import { monotonicNow } from '../clock.js';
import { connectionReset, systemError } from '../system-error.js';
import { type DirectReader, takeReads } from './direct-reads.js';
import { netReadSide } from './net-read-table.js';
import type { Secured } from './secured.js';
import { INITIAL, orderOf, SideMachine, stateAfter } from './side-machine.js';
import { silence } from './silence.js';
import { resetOrDestroy, tellOthers } from './socket-closes.js';
import { hasForgottenPeer, localOf, remoteOf } from './socket-ends.js';
import { isHeadOfMuch, writeTo } from './socket-writes.js';
import type { StreamApi } from './stream-api.js';
import {
  type CountingHandle,
  countingHandle,
  unwrittenBytes,
  unwrittenBytesOfTls,
} from './unwritten-bytes.js';
import { writeSide } from './write-table.js';

const READ_MACHINE = new SideMachine(netReadSide());
const ReadState = READ_MACHINE.state;
const ReadEvent = READ_MACHINE.event;
const ReadOrder = READ_MACHINE.order;
const WRITE_MACHINE = new SideMachine(writeSide());
const WriteState = WRITE_MACHINE.state;
const WriteEvent = WRITE_MACHINE.event;
const WriteOrder = WRITE_MACHINE.order;

const transportOf = Symbol('sluice.transport');

/** A boundary: the property by which a listener finds its transport. */
interface OwnedSocket extends Socket {
  [transportOf]: NetTransport | undefined;
}

/**
 * One connected socket as a {@link Transport}.
 *
 * The socket must have been made with `allowHalfOpen`, and should have been made with `noDelay`. From here
 * on it belongs to the transport. Call {@link NetTransport.attach} in the same turn: events don't wait.
 *
 * A reset is seen only by writing in two cases: after a FIN, and behind a pause that has filled the socket's
 * buffers (64 KiB in Node, then the kernel's). Node 20 and 22 show a reset behind unread bytes as a FIN, and as
 * a reset at the next write (libuv's short cut for EPOLLHUP, gone in Node 24).
 */
export class NetTransport implements ArrivingTransport, DirectReader {
  remote: TransportAddress;
  readonly encrypted: boolean;
  readonly tls: TlsFacts | undefined;
  readonly #socket: Socket;
  /** The socket of the TCP connection: under TLS another one. */
  readonly #wire: Socket;
  #local: TransportAddress | undefined;
  /** Under TLS, the handle of the socket below, which counts encrypted bytes. */
  readonly #wireHandle: CountingHandle | undefined;
  readonly #api: StreamApi | undefined;
  /** All bytes that wait were given in one write, when none waited. So Node has encrypted them at once. */
  #isOneWrite: boolean;
  #sink: TransportSink;
  #readState: number;
  #writeState: number;

  /**
   * @param local The socket's own address where it is known, which saves asking the kernel.
   * @param secured Under TLS, the socket below `socket`, and what the handshake told.
   */
  constructor(socket: Socket, local?: TransportAddress, secured?: Secured) {
    // At once: after a reset the kernel has forgotten the peer, and a log still wants its address.
    this.remote = secured?.remote ?? remoteOf(socket);
    this.encrypted = secured !== undefined;
    this.tls = secured?.facts;
    this.#socket = socket;
    this.#wire = secured?.wire ?? socket;
    this.#local = secured?.local ?? local;
    this.#wireHandle = secured && countingHandle(secured.wire);
    this.#api = secured?.api;
    this.#isOneWrite = false;
    this.#sink = silence;
    this.#readState = INITIAL;
    this.#writeState = INITIAL;
  }

  /** Tells `sink` of all that happens from now on. Once. */
  attach(sink: TransportSink): void {
    const socket = this.#socket as OwnedSocket;
    if (socket[transportOf] !== undefined) bug('a transport was attached twice');
    socket[transportOf] = this;
    // Listened to even where the transport was closed before: an error without a listener ends the process.
    socket.on('error', onError);
    if (this.#isClosed) return;
    this.#sink = sink;
    socket.on('end', onEnd);
    socket.on('close', onClose);
    socket.on('data', onData);
    if (this.#api !== undefined) takeReads(socket, this, this.#api);
  }

  standFor({ remote, local }: TransportEnds): void {
    this.remote = remote;
    this.#local = local;
  }

  passTo(sink: TransportSink): void {
    // What was closed meanwhile stays silent.
    if (this.#sink !== silence) this.#sink = sink;
  }

  /** Gives the socket away, with `unread` in front of what comes next. Nothing more is told. */
  detach(unread: Uint8Array): Socket {
    const socket = this.#socket as OwnedSocket;
    this.#sink = silence;
    socket.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onError);
    socket[transportOf] = undefined;
    socket.pause();
    if (unread.length > 0) socket.unshift(unread);
    return socket;
  }

  get stream(): object {
    return this.#socket;
  }

  tellStream(error: Error): void {
    tellOthers(this.#socket, error, onError);
  }

  get local(): TransportAddress {
    this.#local ??= localOf(this.#socket);
    return this.#local;
  }

  /**
   * Exact to the byte: a peer who takes a big write slowly is seen to take it. `writableLength` counts a
   * write as a whole until its last byte is gone.
   */
  get unflushedBytes(): number {
    // Asked several times for each response. After each write it was looked whether something waits.
    const isFlushed = this.#writeState === WriteState.flushed;
    return isFlushed || this.#isClosed ? 0 : this.#queuedBytes();
  }

  #queuedBytes(): number {
    return this.encrypted
      ? unwrittenBytesOfTls(this.#socket, this.#wireHandle, this.#isOneWrite)
      : unwrittenBytes(this.#socket);
  }

  get retainedBytes(): number {
    return this.#isClosed ? 0 : this.#socket.writableLength;
  }

  get unreadBytes(): number {
    return this.#socket.readableLength;
  }

  write(bytes: Uint8Array | string): void {
    if (bytes.length === 0 || this.#fireWrite(WriteEvent.write) !== WriteOrder.send) return;
    this.#isOneWrite = this.#socket.writableLength === 0;
    writeTo(this.#socket, bytes);
    this.#lookAtWritten();
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    if (this.#fireWrite(WriteEvent.write) !== WriteOrder.send) return;
    const socket = this.#socket;
    this.#isOneWrite = false;
    const isJoined = !(this.encrypted && isHeadOfMuch(pieces));
    if (isJoined) socket.cork();
    for (const piece of pieces) writeTo(socket, piece);
    if (isJoined) socket.uncork();
    this.#lookAtWritten();
  }

  end(): void {
    this.#fireWrite(WriteEvent.end);
  }

  destroy(): void {
    this.#close();
  }

  reset(): void {
    this.#fireRead(ReadEvent.close);
    this.#fireWrite(WriteEvent.reset);
    this.#sink = silence;
  }

  pause(): void {
    this.#fireRead(ReadEvent.pause);
  }

  resume(): void {
    this.#fireRead(ReadEvent.resume);
  }

  /** A socket has one way of reading for its life. */
  lendTo(): void {}

  /** @internal */
  socketBytes(bytes: Uint8Array): void {
    if (this.#moveRead(ReadEvent.bytes) === ReadOrder.tell)
      this.#sink.onBytes(bytes, monotonicNow());
  }

  /** @internal */
  get takesReads(): boolean {
    return this.#readState === ReadState.flowing && this.#socket.readableLength === 0;
  }

  /** @internal */
  readFailed(status: number): void {
    // First: what it tells then finds a transport that is closed.
    this.#socket.destroy();
    this.socketBroke(systemError(status, 'read'));
  }

  /** @internal */
  readEnded(): boolean {
    this.socketFin();
    return !this.#isClosed;
  }

  /** @internal A reset may be shown as a FIN (see above). Under TLS, no write shows it later. */
  socketFin(): void {
    const isReset = this.encrypted && !this.#socket.writableEnded && hasForgottenPeer(this.#wire);
    if (!isReset) this.#fireRead(ReadEvent.fin);
    else this.readFailed(connectionReset());
  }

  /** @internal The tick of a `resume`. */
  release(): void {
    this.#fireRead(ReadEvent.release);
  }

  /** @internal The socket's shutdown is over. */
  socketFinished(): void {
    this.#fireWrite(WriteEvent.shutDownOver);
  }

  /** @internal */
  socketBroke(error: Error | undefined): void {
    const sink = this.#sink;
    if (this.#close()) sink.onReset(monotonicNow(), error);
  }

  get #isClosed(): boolean {
    return this.#readState === ReadState.closed;
  }

  /** @returns false where it was closed already */
  #close(): boolean {
    this.#sink = silence;
    this.#fireRead(ReadEvent.close);
    return this.#fireWrite(WriteEvent.close) === WriteOrder.close;
  }

  #lookAtWritten(): void {
    if (this.#writeState === WriteState.flushed && this.#queuedBytes() > 0) {
      this.#fireWrite(WriteEvent.retained);
      this.#awaitFlush();
    }
  }

  /**
   * Writes nothing, with a callback, behind the bytes that wait. A callback with each write would do as well.
   * But on Node 22 and later only a write without a callback costs no tick, and 'drain' is told only above the
   * high-water mark.
   */
  #awaitFlush(): void {
    this.#socket.write('', 'latin1', (error) => this.#markerWritten(error));
  }

  #markerWritten(error: Error | null | undefined): void {
    // A write that failed is told by 'error', which follows.
    if (this.#isClosed || error) return;
    if (this.#socket.writableLength > 0) this.#awaitFlush();
    else this.#fireWrite(WriteEvent.drained);
  }

  /** An event of the read side without bytes. */
  #fireRead(event: number): void {
    switch (this.#moveRead(event)) {
      case ReadOrder.pause:
        this.#socket.pause();
        return;
      case ReadOrder.resume:
        this.#socket.resume();
        return;
      case ReadOrder.tellFin:
        this.#sink.onFin(monotonicNow());
        return;
      case ReadOrder.releaseSoon:
        process.nextTick(release, this);
    }
  }

  /** @returns the order */
  #moveRead(event: number): number {
    const transition = READ_MACHINE.transition(this.#readState, event);
    this.#readState = stateAfter(transition);
    return orderOf(transition);
  }

  /** Moves and does what is ordered, but for `send`. @returns the order */
  #fireWrite(event: number): number {
    const transition = WRITE_MACHINE.transition(this.#writeState, event);
    this.#writeState = stateAfter(transition);
    const order = orderOf(transition);
    switch (order) {
      case WriteOrder.shutDown:
        this.#shutDown();
        break;
      case WriteOrder.tellFlushed:
        this.#sink.onFlushed(monotonicNow());
        break;
      case WriteOrder.shutDownFlushed:
        this.#shutDown();
        this.#sink.onFlushed(monotonicNow());
        break;
      case WriteOrder.close:
        if (this.encrypted) this.#closeTls();
        else this.#socket.destroy();
        break;
      case WriteOrder.reset:
        resetOrDestroy(this.#wire, this.local);
    }
    return order;
  }

  /**
   * Says close_notify, if all that was written has left: else the peer has to see that something is missing
   * (RFC 8446 §6.1).
   */
  #closeTls(): void {
    const socket = this.#socket;
    const told = socket.writableLength === 0;
    const left = told || this.#queuedBytes() === 0;
    // Once: at another call Node makes an error of it, with its stack, for nobody.
    if (left && !socket.destroyed && !socket.writableEnded) socket.end();
    // Node writes nothing more until it has told of the last write, which it does before the next immediate.
    if (told || !left) socket.destroy();
    else setImmediate(destroy, socket);
  }

  #shutDown(): void {
    this.#socket.on('finish', onFinish).end();
  }
}

function destroy(socket: Socket): void {
  socket.destroy();
}

function onData(this: OwnedSocket, bytes: Uint8Array): void {
  this[transportOf]?.socketBytes(bytes);
}

function onEnd(this: OwnedSocket): void {
  this[transportOf]?.socketFin();
}

function onError(this: OwnedSocket, error: Error): void {
  this[transportOf]?.socketBroke(error);
}

function onClose(this: OwnedSocket): void {
  // Where both ways have ended, Node closes the socket. Then all has been told, or is held for `resume`.
  // Otherwise somebody else destroyed it.
  if (!this.readableEnded || !this.writableFinished) this[transportOf]?.socketBroke(undefined);
}

function onFinish(this: OwnedSocket): void {
  this[transportOf]?.socketFinished();
}

function release(transport: NetTransport): void {
  transport.release();
}
