// The socket that `(req, res)` see: one a connection, and no stream. It has what hosts touch, and nothing else:
// what it can't do throws an error that says so.

import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { HostWriter } from '../../../conn/host.js';
import { isBytes } from '../../../options/checks.js';
import { emitSafely, nodeError, throwLater, writtenAfterDestroy } from '../host-calls.js';
import type { InnerResponse } from '../node-internals.js';
import type { SocketOwner, WriteCallback, WritingExchange } from '../ports.js';
import { IdleTimer } from './idle-timer.js';
import { beOfKind } from './socket-kinds.js';
import { type SocketMembers, withSocketMembers } from './socket-members.js';
import { refuseOthers, unsupported } from './socket-refusals.js';
import type { Listeners } from './socket-watchers.js';

const INFORMATIONAL = /^HTTP\/1\.1 1\d\d /;

const Base: new () => EventEmitter & SocketMembers = withSocketMembers(EventEmitter);
beOfKind(Base.prototype, Socket.prototype, EventEmitter.prototype);

export class FacadeSocket extends Base {
  /** A boundary: the listeners, as an emitter of Node's keeps them. */
  declare _events: Listeners;
  /** The response that writes to it. */
  _httpMessage: InnerResponse | null = null;
  /** Reading is held back: node:http asks before it resumes. */
  declare readonly _paused: boolean;
  /** As `_paused`, for those who watch. @internal */
  declare _isHeldBack: boolean;
  destroyed = false;
  /** `end()` was called. */
  writableEnded = false;
  declare readonly allowHalfOpen: boolean;
  declare readonly connecting: boolean;
  declare readonly pending: boolean;
  /** The connection was upgraded, and another socket answers for this one. @internal */
  declare readonly isReplaced: boolean;
  readable = true;
  writable = true;
  readonly #connection: SocketOwner;
  #corks = 0;
  timeout: number | undefined = undefined;
  /** Made when first needed. */
  #idle: IdleTimer | undefined = undefined;
  #error: Error | null = null;
  /** Between two messages: the connection's own limit ends it. @internal */
  isResting = false;
  /** A message is ending: what it has written is handed over at the end. */
  #ending = false;

  constructor(connection: SocketOwner) {
    super();
    // An emitter makes them anew for its first listener. Empty, they are a tenth of what a connection keeps.
    this._events = undefined;
    this.#connection = connection;
  }

  static is(value: unknown): value is FacadeSocket {
    return typeof value === 'object' && value !== null && #connection in value;
  }

  /** What a message looks at when it ends, and what others keep there, is on the socket itself: it is no stream. */
  get _writableState(): this {
    return this;
  }

  get corked(): number {
    return this.#corks;
  }

  /** `end()` of a message sets how often the socket is corked, to uncork it for good. */
  set corked(corks: number) {
    this.#corks = corks;
    this.#ending = true;
  }

  /** @internal */
  get _link(): HostWriter {
    return this.#connection.link;
  }

  get server(): unknown {
    return this.#connection.core.server;
  }

  // What messages call.

  get writableCorked(): number {
    return this.#corks;
  }

  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    if (this.#corks === 0) return;
    this.#corks--;
    if (this.#corks === 0 && !this.#ending) this.#connection.current?.flush();
  }

  write(
    data: string | Uint8Array,
    encoding?: BufferEncoding | WriteCallback | null,
    callback?: WriteCallback,
  ): boolean {
    const isCallback = typeof encoding === 'function';
    const after = isCallback ? encoding : callback;
    const { current } = this.#connection;
    const coding = isCallback || encoding === null ? undefined : encoding;
    if (typeof coding === 'string' && !isEncoding(coding)) throw unknownEncoding(coding);
    this.touch();
    if (current !== undefined && this.#isOf(current, data))
      return current.write(data, coding, typeof after === 'function' ? after : undefined);
    checkChunk(data);
    if (this.destroyed || this.writableEnded) {
      const error = writtenTooLate(this.writableEnded);
      if (typeof after === 'function') process.nextTick(after, error);
      if (!this.destroyed) process.nextTick(emitError, this, error);
      return false;
    }
    if (typeof after === 'function') process.nextTick(after, null);
    const bytes = typeof data === 'string' ? Buffer.from(data, coding) : data;
    if (this.#connection.writeRaw(bytes)) return true;
    throw unsupported('write', 'where no request is to be answered');
  }

  /** It is the response's that is in progress. A fault is answered past a response that has left. */
  #isOf({ res }: WritingExchange, data: string | Uint8Array): boolean {
    return res === this._httpMessage && !this._link.answersFault && !isForeign(res, data);
  }

  get writableLength(): number {
    const { link, current } = this.#connection;
    // A whole response leaves at the end of this turn, unless the transport is full.
    if (current === undefined || current.isOver) return link.transport.unflushedBytes;
    const bytes = link.backlogBytes + current.heldBytes;
    // From Node 24.22 on a response tells its own 'drain' where this is 0. Others come first.
    return bytes === 0 && link.isPostponed ? 1 : bytes;
  }

  get writableHighWaterMark(): number {
    return this.#connection.core.highWaterMark;
  }

  get readableHighWaterMark(): number {
    return this.#connection.core.highWaterMark;
  }

  /** The message in progress has room for content. */
  resume(): this {
    this.#goOn();
    try {
      this.#connection.current?.pull();
    } catch (error) {
      throwLater(error);
    }
    return this;
  }

  /** Content is pulled: nothing comes unasked. */
  pause(): this {
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.#connection.current?.finishNow();
    this.close();
    this.#error = error ?? null;
    if (error !== undefined && error !== null)
      process.nextTick(tellError, this.#connection, this, error);
    if (this.#connection.link.answersFault) {
      // What the listener has written is to arrive.
      this.#connection.endRaw();
      return this;
    }
    this.#connection.link.destroy(this.#connection.current?.isDelimited !== false);
    return this;
  }

  destroySoon(): void {
    if (this.destroyed) return;
    if (!this.writableEnded) this.end();
  }

  /** Ends the connection after what was written. */
  end(
    data?: string | Uint8Array | WriteCallback,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): this {
    const after = [data, encoding, callback].find((one) => typeof one === 'function');
    const hasData = data !== undefined && data !== null && typeof data !== 'function';
    if (this.writableEnded || this.destroyed) {
      const error = hasData ? writtenTooLate(this.writableEnded) : endedTwice(this);
      if (typeof after === 'function') process.nextTick(after, error);
      if (hasData && !this.destroyed) process.nextTick(emitError, this, error);
      return this;
    }
    // The callback hears of the end alone.
    if (hasData) this.write(data, typeof encoding === 'function' ? undefined : encoding);
    this.writableEnded = true;
    this.writable = false;
    if (typeof after === 'function') process.nextTick(after, null);
    this.#connection.endRaw();
    return this;
  }

  resetAndDestroy(): this {
    if (!this.destroyed) {
      this.close();
      this.#connection.link.destroy(false);
    }
    return this;
  }

  // What the connection and its messages do with it.

  /** @internal */
  beginMessage(): void {
    this.wake();
    this.touch();
    this.#goOn();
    // The peer's FIN may have come while this message waited for its turn: its content is there all the same.
    this.readable = !this.destroyed;
    this.#corks = 0;
    this.#ending = false;
  }

  /** The connection is idle: the timeout that is told now is that of keep-alive. @internal */
  rest(): void {
    if (!this.timeout) return;
    this.isResting = true;
    this.setIdle(this.#connection.core.keepAliveTimeout);
  }

  /** Another request has come: the server's timeout holds for it. @internal */
  wake(): void {
    if (!this.isResting) return;
    this.isResting = false;
    this.setTimeout(this.#connection.core.timeout);
  }

  /** @internal */
  endMessage(response: InnerResponse): void {
    this.#corks = 0;
    this.#ending = false;
    this.#connection.finished(response);
  }

  /** @internal */
  forgetMessage(exchange: WritingExchange): void {
    this.#connection.forget(exchange);
  }

  /** The message in progress has no room for content. @internal */
  holdBack(): void {
    if (this._isHeldBack) return;
    this._isHeldBack = true;
    emitSafely(this, 'pause');
  }

  #goOn(): void {
    if (!this._isHeldBack) return;
    this._isHeldBack = false;
    process.nextTick(emitSafely, this, 'resume');
  }

  /** @internal */
  endReading(): void {
    this.readable = false;
    emitSafely(this, 'end');
  }

  /** @internal */
  close(): void {
    this.destroyed = true;
    this.readable = false;
    this.writable = false;
    this.#idle?.set(0);
  }

  // What else is asked of a socket.

  isPaused(): boolean {
    return this._isHeldBack;
  }

  /** The server reads it: to node:http, that is one listener more. */
  override listenerCount(name: string | symbol, listener?: (..._: never[]) => void): number {
    const isServers = name === 'data' && listener === undefined;
    return super.listenerCount(name, listener) + (isServers ? 1 : 0);
  }

  get writableFinished(): boolean {
    return this.writableEnded && this.writableLength === 0;
  }

  get writableNeedDrain(): boolean {
    return this.writableLength >= this.writableHighWaterMark;
  }

  get readableLength(): number {
    return 0;
  }

  get errored(): Error | null {
    return this.#error;
  }

  get bytesWritten(): number {
    const { link, current } = this.#connection;
    return link.writtenBytes + (current === undefined ? 0 : current.heldBytes);
  }

  get closed(): boolean {
    return this.destroyed;
  }

  /** @internal */
  setIdle(ms: number): void {
    this.#idle ??= new IdleTimer(this._link, () => this.#connection.timedOut());
    this.#idle.set(ms);
  }

  /** Something was read or written. @internal */
  touch(): void {
    this.#idle?.touch();
  }

  /** @throws Error: its bytes are the parser's */
  setEncoding(): this {
    throw nodeError(
      'ERR_HTTP_SOCKET_ENCODING',
      'Changing the socket encoding is not allowed per RFC7230 Section 3.',
    );
  }
}

refuseOthers(FacadeSocket.prototype);

// The same for all, and no field of each: a server may hold many idle connections.
Object.assign(FacadeSocket.prototype, {
  _paused: false,
  _isHeldBack: false,
  allowHalfOpen: true,
  connecting: false,
  pending: false,
  isReplaced: false,
});

/** Written by somebody else than the response whose turn it is: a response writes what is informational, or its head first. */
function isForeign(res: InnerResponse, data: string | Uint8Array): boolean {
  if (res._header !== null) return false;
  return typeof data !== 'string' || !INFORMATIONAL.test(data);
}

/** To a stream, bytes have one as well. */
function isEncoding(name: string): boolean {
  return name === 'buffer' || Buffer.isEncoding(name);
}

function unknownEncoding(encoding: string): Error {
  return nodeError('ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`, TypeError);
}

/** @throws as a Writable of Node's does */
function checkChunk(data: unknown): void {
  if (typeof data === 'string' || isBytes(data)) return;
  if (data === null)
    throw nodeError('ERR_STREAM_NULL_VALUES', 'May not write null values to stream', TypeError);
  const message =
    'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView';
  throw nodeError('ERR_INVALID_ARG_TYPE', message, TypeError);
}

function writtenTooLate(isEnded: boolean): Error {
  return isEnded
    ? nodeError('ERR_STREAM_WRITE_AFTER_END', 'write after end')
    : writtenAfterDestroy();
}

/** Whoever ends it once more before it has ended hears of the end as well. */
function endedTwice({ writableEnded, writableFinished }: FacadeSocket): Error | null {
  if (!writableEnded) return writtenAfterDestroy('end');
  if (!writableFinished) return null;
  return nodeError('ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished');
}

/** The server hears of it first. */
function tellError(connection: SocketOwner, socket: FacadeSocket, error: Error): void {
  connection.tellServer(error);
  emitError(socket, error);
}

function emitError(socket: FacadeSocket, error: Error): void {
  if (socket.listenerCount('error') > 0) emitSafely(socket, 'error', error);
}
