// The first bytes of a connection that has to begin with a TLS handshake. They are read before Node's TLS gets the socket.
// An accepted handle becomes a socket only after them, so that a silent client never costs a socket.

import { Socket } from 'node:net';
import type { TransportAddress } from '../../conn/transport.js';
import { socketForTls, socketOf } from './handle-door.js';
import { disown, type HandleGroup, type HandleOwner, own } from './handle-group.js';
import { remoteOfHandle } from './handle-transport.js';
import { ignored } from './ignored.js';
import { remoteOf } from './socket-ends.js';
import { END_OF_FILE, type StreamHandle } from './stream-api.js';

/** Hears of the first bytes. No method is called from within `start`. */
export interface FirstBytesSink {
  /** More bytes have come. All that have come are in `bytes`. */
  came(): void;
  /** The peer has sent FIN. */
  ended(): void;
  /** The connection is closed. */
  closed(): void;
}

export interface FirstBytes {
  readonly remote: TransportAddress;
  /** All bytes that have come; undefined before the first byte, and once a socket has them. */
  readonly bytes: Uint8Array | undefined;
  start(sink: FirstBytesSink): void;
  /** `bytes` are enough to decide. From now on the sink hears only of the connection's end. */
  enough(): void;
  /**
   * Gives the connection away as a socket, from which `bytes` can be read again. The sink hears nothing more.
   *
   * @param isTls Node's TLS gets the socket
   */
  toSocket(isTls: boolean): Socket;
  close(): void;
}

/** The first bytes of a socket, or of a stream that was opened by other code. */
export class SocketFirstBytes implements FirstBytes {
  readonly remote: TransportAddress;
  bytes: Uint8Array | undefined = undefined;
  readonly #socket: Socket;
  #sink: FirstBytesSink | undefined = undefined;
  #isEnough = false;

  constructor(socket: Socket) {
    this.remote = remoteOf(socket);
    this.#socket = socket;
  }

  start(sink: FirstBytesSink): void {
    this.#sink = sink;
    const socket = this.#socket;
    socket.on('error', ignored);
    socket.once('close', this.#onClose);
    socket.once('end', this.#onEnd);
    socket.on('readable', this.#onReadable);
    // Its giver may have put back what he had read. Where he listened for 'readable' himself, nobody is told of that.
    if (socket.readableLength > 0) process.nextTick(this.#onReadable);
  }

  enough(): void {
    this.#isEnough = true;
    this.#socket.off('end', this.#onEnd);
  }

  toSocket(isTls: boolean): Socket {
    const socket = this.#socket;
    socket.off('close', this.#onClose);
    if (this.bytes !== undefined) socket.unshift(this.bytes);
    this.bytes = undefined;
    // A client that sends FIN within its handshake has given up. Node's TLS notices the FIN only with this setting.
    if (isTls) socket.allowHalfOpen = false;
    else socket.off('error', ignored);
    // Of a net.Socket, Node's TLS takes the bytes in the next tick. While somebody listens for 'readable', no `resume()` of its
    // giver sets them flowing: they would be lost.
    if (isTls && socket instanceof Socket)
      process.nextTick(() => process.nextTick(stopListening, socket, this.#onReadable));
    else stopListening(socket, this.#onReadable);
    return socket;
  }

  close(): void {
    this.#socket.destroy();
  }

  readonly #onReadable = (): void => {
    // What was put back comes by itself: Node 26 gives one piece at a time.
    while (!this.#isEnough && !this.#socket.destroyed) {
      const bytes: Uint8Array | null = this.#socket.read();
      if (bytes === null || bytes.length === 0) return;
      this.bytes = joined(this.bytes, bytes);
      this.#sink?.came();
    }
  };

  readonly #onEnd = (): void => this.#sink?.ended();
  readonly #onClose = (): void => this.#sink?.closed();
}

/** Reading stops here while a client has to wait for its handshake. */
const WAITING_BYTES_MAX = 16 * 1024;

/** The first bytes of an accepted handle. */
export class HandleFirstBytes implements FirstBytes, HandleOwner {
  readonly remote: TransportAddress;
  bytes: Uint8Array | undefined = undefined;
  readonly #handle: StreamHandle;
  readonly #group: HandleGroup;
  #sink: FirstBytesSink | undefined = undefined;
  #isEnough = false;
  #isReading = false;

  constructor(handle: StreamHandle, group: HandleGroup) {
    this.remote = remoteOfHandle(handle);
    this.#handle = handle;
    this.#group = group;
  }

  start(sink: FirstBytesSink): void {
    this.#sink = sink;
    own(this.#handle, this);
    this.#isReading = this.#handle.readStart() === 0;
    if (!this.#isReading) process.nextTick(tellClosed, this);
  }

  enough(): void {
    this.#isEnough = true;
  }

  toSocket(isTls: boolean): Socket {
    const handle = this.#handle;
    this.#sink = undefined;
    // Who reads next does not start what goes on. Before anything else is read, the socket has these bytes.
    handle.reading = this.#isReading;
    disown(handle);
    const socket = isTls ? socketForTls(handle) : socketOf(handle);
    if (isTls) socket.on('error', ignored);
    if (this.bytes !== undefined) socket.unshift(this.bytes);
    this.bytes = undefined;
    return socket;
  }

  close(): void {
    this.#sink = undefined;
    this.#handle.close();
  }

  /** @internal */
  readCame(made: ArrayBuffer | undefined): undefined {
    const { api } = this.#group;
    const count = api.state[api.bytesOrError] as number;
    if (count > 0 && made !== undefined) {
      const offset = api.state[api.offset] as number;
      this.#came(Buffer.from(made, offset, count));
    } else if (count === END_OF_FILE) this.#sink?.ended();
    else if (count < 0) this.tellClosed();
  }

  #came(bytes: Uint8Array): void {
    this.bytes = joined(this.bytes, bytes);
    if (!this.#isEnough) this.#sink?.came();
    else if (this.bytes.length >= WAITING_BYTES_MAX) {
      this.#isReading = false;
      this.#handle.readStop();
    }
  }

  /** @internal */
  tellClosed(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.close();
    sink.closed();
  }

  /** Never called: nothing is written here. */
  wrote(): void {}
  wasShutDown(): void {}
}

function stopListening(socket: Socket, onReadable: () => void): void {
  socket.off('readable', onReadable);
}

function tellClosed(first: HandleFirstBytes): void {
  first.tellClosed();
}

function joined(held: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  return held === undefined ? bytes : Buffer.concat([held, bytes]);
}
