// The socket that `(req, res)` see: one a connection, and no stream. It has what hosts touch, and nothing else:
// what it can't do throws an error that says so.

import { EventEmitter } from 'node:events';
import { isIPv6 } from 'node:net';
import { emitSafely, nodeError, throwLater } from './host-calls.js';
import type { InnerResponse } from './node-internals.js';
import type { SocketOwner, WriteCallback } from './ports.js';

export class FacadeSocket extends EventEmitter {
  /** The response that writes to it. */
  _httpMessage: InnerResponse | null = null;
  /** Reading is held back: node:http asks before it resumes. */
  readonly _paused: boolean = false;
  readonly _writableState: CorkState;
  destroyed = false;
  readable = true;
  writable = true;
  readonly #connection: SocketOwner;
  #corks = 0;
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
    if (current === undefined || current.res !== this._httpMessage)
      throw unsupported('write', 'outside of a response');
    return current.write(
      data,
      isCallback || encoding === null ? undefined : encoding,
      typeof after === 'function' ? after : undefined,
    );
  }

  get writableLength(): number {
    const { link, current } = this.#connection;
    return link.backlogBytes + (current === undefined ? 0 : current.heldBytes);
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
    this.close();
    if (error !== undefined && error !== null) process.nextTick(emitError, this, error);
    this.#connection.link.destroy();
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }

  // What the connection and its messages do with it.

  /** @internal */
  beginMessage(): void {
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

  get bytesWritten(): number {
    return this.#connection.link.writtenBytes;
  }

  get closed(): boolean {
    return this.destroyed;
  }

  setTimeout(_ms: number, _callback?: () => void): this {
    return this;
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

function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}

function unsupported(name: string, why: string): Error {
  return nodeError('SLUICE_SOCKET_UNSUPPORTED', `socket.${name}() is not possible ${why}`);
}

function emitError(socket: FacadeSocket, error: Error): void {
  if (socket.listenerCount('error') > 0) emitSafely(socket, 'error', error);
}
