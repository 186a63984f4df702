// The socket that `(req, res)` see: one a connection, and no stream. It has what hosts touch, and nothing else:
// what it can't do throws an error that says so.

import { EventEmitter } from 'node:events';
import { isIPv6 } from 'node:net';
import type { DueTimer } from '../../conn/environment.js';
import { emitSafely, nodeError, throwLater } from './host-calls.js';
import type { InnerResponse } from './node-internals.js';
import type { SocketOwner, WriteCallback } from './ports.js';

const INFORMATIONAL = /^HTTP\/1\.1 1\d\d /;

export class FacadeSocket extends EventEmitter {
  /** The response that writes to it. */
  _httpMessage: InnerResponse | null = null;
  /** Reading is held back: node:http asks before it resumes. */
  readonly _paused: boolean = false;
  readonly _writableState: CorkState;
  destroyed = false;
  /** `end()` was called. */
  writableEnded = false;
  readonly allowHalfOpen: boolean = true;
  readonly connecting: boolean = false;
  readonly pending: boolean = false;
  readable = true;
  writable = true;
  readonly #connection: SocketOwner;
  #corks = 0;
  timeout: number | undefined = undefined;
  #timer: DueTimer | undefined = undefined;
  #activeAt = 0;
  #error: Error | null = null;
  /** A message is ending: what it has written is handed over at the end. */
  #ending = false;

  constructor(connection: SocketOwner) {
    super();
    this.#connection = connection;
    this._writableState = new CorkState(this);
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
    this.touch();
    if (current !== undefined && current.res === this._httpMessage && !isForeign(current.res, data))
      return current.write(data, coding, typeof after === 'function' ? after : undefined);
    if (typeof after === 'function') process.nextTick(after);
    const bytes = typeof data === 'string' ? Buffer.from(data, coding) : data;
    if (this.#connection.writeRaw(bytes)) return true;
    if (this.destroyed) return false;
    throw unsupported('write', 'where no request is to be answered');
  }

  get writableLength(): number {
    const { link, current } = this.#connection;
    // A whole response leaves at the end of this turn, unless the transport is full.
    if (current === undefined || current.isOver) return link.transport.unflushedBytes;
    return link.backlogBytes + current.heldBytes;
  }

  get writableHighWaterMark(): number {
    return this.#connection.core.highWaterMark;
  }

  get readableHighWaterMark(): number {
    return this.#connection.core.highWaterMark;
  }

  /** The message in progress has room for content. */
  resume(): this {
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
    if (this.#connection.link.answersFault) {
      // What the listener has written is to arrive.
      this.close();
      this.#connection.endRaw();
      return this;
    }
    this.close();
    this.#error = error ?? null;
    if (error !== undefined && error !== null) process.nextTick(emitError, this, error);
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
    if (this.writableEnded || this.destroyed) return this;
    if (data !== undefined && data !== null && typeof data !== 'function')
      this.write(data, encoding);
    this.writableEnded = true;
    this.writable = false;
    if (typeof after === 'function') process.nextTick(after);
    this.#connection.endRaw();
    return this;
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  // What the connection and its messages do with it.

  /** @internal */
  beginMessage(): void {
    this.touch();
    this.#corks = 0;
    this.#ending = false;
  }

  /** `end()` of a message sets how often the socket is corked, to uncork it for good. @internal */
  beginEnd(corks: number): void {
    this.#corks = corks;
    this.#ending = true;
  }

  /** @internal */
  endMessage(response: InnerResponse): void {
    this.#corks = 0;
    this.#ending = false;
    this.#connection.finished(response);
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
    this.#timer?.stop();
  }

  // What else is asked of a socket.

  get remoteAddress(): string | undefined {
    return this.#connection.link.transport.remote.address || undefined;
  }

  get remotePort(): number | undefined {
    return this.#connection.link.transport.remote.port || undefined;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress);
  }

  get localAddress(): string | undefined {
    return this.#connection.link.transport.local.address || undefined;
  }

  get localPort(): number | undefined {
    return this.#connection.link.transport.local.port || undefined;
  }

  get localFamily(): string | undefined {
    return familyOf(this.localAddress);
  }

  address(): object {
    const { localAddress: address, localPort: port, localFamily: family } = this;
    return address === undefined ? {} : { address, family, port };
  }

  get readyState(): string {
    if (this.destroyed) return 'closed';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
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

  get bytesRead(): number {
    return this.#connection.link.readBytes;
  }

  get bytesWritten(): number {
    const { link, current } = this.#connection;
    return link.writtenBytes + (current === undefined ? 0 : current.heldBytes);
  }

  get closed(): boolean {
    return this.destroyed;
  }

  /** Tells 'timeout' after so many milliseconds in which nothing was read or written; 0: it doesn't. */
  setTimeout(ms: number, callback?: () => void): this {
    const { link } = this.#connection;
    this.timeout = ms;
    if (callback !== undefined) {
      if (ms === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    if (ms === 0) this.#timer?.stop();
    else if (!this.destroyed) {
      this.#timer ??= link.createTimer((now) => this.#timedOut(now));
      this.#activeAt = link.now();
      this.#timer.arm(this.#activeAt + ms);
    }
    return this;
  }

  /** Something was read or written. @internal */
  touch(): void {
    if (this.#timer !== undefined) this.#activeAt = this.#connection.link.now();
  }

  #timedOut(now: number): void {
    const { timeout } = this;
    if (timeout === undefined || timeout === 0 || this.destroyed) return;
    const dueAt = this.#activeAt + timeout;
    if (now < dueAt) {
      this.#timer?.arm(dueAt);
      return;
    }
    this.#connection.timedOut();
  }

  /** @throws Error: its bytes are the parser's */
  setEncoding(): this {
    throw nodeError(
      'ERR_HTTP_SOCKET_ENCODING',
      'Changing the socket encoding is not allowed per RFC7230 Section 3.',
    );
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** The part of a stream's state that a message looks at when it ends. */
class CorkState {
  readonly #socket: FacadeSocket;

  constructor(socket: FacadeSocket) {
    this.#socket = socket;
  }

  get corked(): number {
    return this.#socket.writableCorked;
  }

  set corked(corks: number) {
    this.#socket.beginEnd(corks);
  }
}

/** Written by somebody else than the response whose turn it is: a response writes what is informational, or its head first. */
function isForeign(res: InnerResponse, data: string | Uint8Array): boolean {
  if (res._header !== null) return false;
  return typeof data !== 'string' || !INFORMATIONAL.test(data);
}

export function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}

function unsupported(name: string, why: string): Error {
  return nodeError('SLUICE_SOCKET_UNSUPPORTED', `socket.${name}() is not possible ${why}`);
}

function emitError(socket: FacadeSocket, error: Error): void {
  if (socket.listenerCount('error') > 0) emitSafely(socket, 'error', error);
}
