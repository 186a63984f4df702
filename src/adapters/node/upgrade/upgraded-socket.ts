// The socket of an upgraded connection, or of one that is a tunnel since a CONNECT: a Duplex over the raw tunnel. It
// is what 'upgrade' and 'connect' listeners get, with what they touch of a net.Socket.

import { Duplex } from 'node:stream';
import { RequestAborted } from '../../../conn/handler/abort.js';
import type { HostedExchange, HostWriter } from '../../../conn/host.js';
import type { TunnelPort, TunnelSink } from '../../../http/tunnel/tunnel-port.js';
import { emitSafely, nodeError, resetByPeer, throwLater } from '../host-calls.js';
import { IdleTimer } from '../socket/idle-timer.js';
import { type SocketMembers, withSocketMembers } from '../socket/socket-members.js';

type Callback = (error?: Error | null) => void;
/** A boundary: what was given is passed on. */
type LooseWrite = (...values: unknown[]) => boolean;

const Base: new (options: object) => Duplex & SocketMembers = withSocketMembers(Duplex);

export class UpgradedSocket extends Base implements TunnelSink {
  readonly connecting: boolean = false;
  readonly pending: boolean = false;
  /** node:http's has left an upgraded socket, too. */
  readonly parser: null = null;
  readonly server: unknown;
  /** @internal */
  readonly _link: HostWriter;
  /** Bytes that came after the request. */
  #cameBytes = 0;
  readonly #port: TunnelPort;
  /** Of the write, or of the end, that is under way. */
  #callback: Callback | undefined = undefined;
  readonly #idle: IdleTimer;
  /** As `setTimeout` was told. */
  timeout: number | undefined = undefined;

  /** @throws where the request can't be upgraded any more: it was cut off, or the server drains */
  constructor(server: unknown, link: HostWriter, exchange: HostedExchange, status: number) {
    // One side may end before the other, as with the sockets of node:http.
    super({ allowHalfOpen: true, emitClose: false });
    this.server = server;
    this._link = link;
    this.#idle = new IdleTimer(link, () => emitSafely(this, 'timeout'));
    // The listener writes the head of the response, or refuses.
    this.#port = exchange.openTunnel(status, '', this);
    this.on('end', refuseLateWrites);
  }

  /** What came behind the request, as far as it was read. */
  takeHead(): Uint8Array {
    const bytes = this.#port.read();
    if (bytes === undefined) this.push(null);
    return bytes ? this.#came(bytes) : Buffer.alloc(0);
  }

  /** Reads ahead, as net.Socket does: also a socket that nobody reads tells that its peer has ended. */
  startReading(): void {
    this.read(0);
  }

  // What the stream asks.

  override _read(): void {
    for (;;) {
      const bytes = this.#port.read();
      if (bytes === null) return;
      if (bytes === undefined) {
        this.push(null);
        process.nextTick(endReading, this);
        return;
      }
      if (!this.push(this.#came(bytes))) return;
    }
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#idle.touch();
    if (this.#port.write(chunk)) callback();
    else this.#callback = callback;
  }

  override _writev(chunks: { chunk: Uint8Array }[], callback: Callback): void {
    this.#idle.touch();
    if (this.#port.writeAll(chunks.map(({ chunk }) => chunk))) callback();
    else this.#callback = callback;
  }

  override _final(callback: Callback): void {
    if (this.#port.closed) {
      callback();
      return;
    }
    this.#callback = callback;
    this.#port.end();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#callback = undefined;
    this.#idle.set(0);
    // What was written is to arrive, as when a file descriptor is closed.
    this.#port.leave();
    callback(error);
    // As net.Socket does it: also where nobody listens for the error.
    this._link.createTurn(() => emitSafely(this, 'close', error !== null)).arm();
  }

  #came(bytes: Uint8Array): Buffer {
    this.#idle.touch();
    this.#cameBytes += bytes.length;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  // What the tunnel tells. A listener's error must not unwind the connection.

  onRead(bytes: Uint8Array | undefined): void {
    try {
      this.push(bytes === undefined ? null : this.#came(bytes));
      // 'end' waits for a read, even where nothing is left to be read.
      if (bytes === undefined) this.read(0);
    } catch (error) {
      throwLater(error);
    }
  }

  onFlushed(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    try {
      callback?.();
    } catch (error) {
      throwLater(error);
    }
  }

  onClose(error: unknown): void {
    if (error === undefined) this.onFlushed();
    else if (!this.destroyed) this.destroy(brokenBy(error));
  }

  // What else is asked of a socket.

  override get bytesRead(): number {
    return super.bytesRead + this.#cameBytes;
  }

  get bytesWritten(): number {
    return this._link.writtenBytes;
  }

  /** Ends, and destroys it when all has left. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    if (!this.destroyed) {
      this.#port.destroy();
      this.destroy();
    }
    return this;
  }

  /** @internal */
  setIdle(ms: number): void {
    this.#idle.set(ms);
  }
}

/** A net.Socket listens to itself as well: one that may not stay half open says so to who writes on. */
function refuseLateWrites(this: UpgradedSocket): void {
  if (this.allowHalfOpen) return;
  const write = this.write as LooseWrite;
  this.write = (...values: unknown[]): boolean => {
    if (!this.writableEnded) return write.apply(this, values);
    const error = nodeError('EPIPE', 'This socket has been ended by the other party');
    const callback = values.find((one) => typeof one === 'function');
    if (callback !== undefined) process.nextTick(callback, error);
    this.destroy(error);
    return false;
  };
}

function endReading(socket: UpgradedSocket): void {
  socket.startReading();
}

/** What ended it, as node:net says it. What the server itself ends is no error. */
function brokenBy(error: unknown): Error | undefined {
  if (!RequestAborted.is(error)) return error instanceof Error ? error : undefined;
  return error.reason === 'peerReset' ? resetByPeer() : undefined;
}
