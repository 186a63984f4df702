// The Transport port over one of Node's handles, without the net.Socket above it: no events, no streams,
// and no callbacks but those by which libuv tells something.

import type {
  ArrivingTransport,
  Borrower,
  TransportAddress,
  TransportEnds,
  TransportSink,
} from '../../conn/transport.js';
import { monotonicNow } from '../clock.js';
import { systemError } from '../system-error.js';
import { type HandleGroup, type HandleOwner, type HandleSideOwner, own } from './handle-group.js';
import { HandleReadSide } from './handle-read-side.js';
import { HandleWriteSide } from './handle-write-side.js';
import { silence } from './silence.js';
import type { HandleAddress, StreamHandle } from './stream-api.js';

const NO_ADDRESS: TransportAddress = Object.freeze({ address: '', port: 0 });

/**
 * One connected handle as a {@link Transport}. From here on the handle belongs to the transport. Call
 * {@link HandleTransport.attach} in the same turn.
 *
 * The state is in two sides: {@link HandleReadSide} and {@link HandleWriteSide}. This class joins them:
 * both are closed together, and whatever breaks one breaks the connection.
 *
 * It learns less than a socket does. A reset behind unread bytes of a pause, or after a FIN, is seen only
 * by writing. Node 20 and 22 show a reset behind unread bytes as a FIN (see {@link NetTransport}).
 */
export class HandleTransport implements ArrivingTransport, HandleOwner, HandleSideOwner {
  remote: TransportAddress;
  /** @internal Hears nothing before `attach` and once it is closed. */
  sink: TransportSink;
  readonly #handle: StreamHandle;
  readonly #readSide: HandleReadSide;
  readonly #writeSide: HandleWriteSide;
  #local: TransportAddress | undefined;

  constructor(handle: StreamHandle, group: HandleGroup) {
    // At once: after a reset the kernel has forgotten the peer, and a log still wants its address.
    this.remote = remoteOfHandle(handle);
    this.sink = silence;
    this.#handle = handle;
    this.#readSide = new HandleReadSide(handle, group, this);
    this.#writeSide = new HandleWriteSide(handle, group, this);
    this.#local = group.local;
  }

  /** Tells `sink` of all that happens from now on. Once. */
  attach(sink: TransportSink): void {
    own(this.#handle, this);
    this.sink = sink;
    this.#readSide.attach();
  }

  standFor({ remote, local }: TransportEnds): void {
    this.remote = remote;
    this.#local = local;
  }

  passTo(sink: TransportSink): void {
    // What was closed meanwhile stays silent.
    if (this.sink !== silence) this.sink = sink;
  }

  get local(): TransportAddress {
    this.#local ??= localOfHandle(this.#handle);
    return this.#local;
  }

  get encrypted(): boolean {
    return false;
  }

  get unflushedBytes(): number {
    return this.#writeSide.unflushedBytes;
  }

  get retainedBytes(): number {
    return this.#writeSide.retainedBytes;
  }

  get unreadBytes(): number {
    return this.#readSide.unreadBytes;
  }

  write(bytes: Uint8Array | string): void {
    this.#writeSide.write(bytes);
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    this.#writeSide.writeAll(pieces);
  }

  end(): void {
    this.#writeSide.end();
  }

  destroy(): void {
    this.#close();
  }

  reset(): void {
    this.#readSide.close();
    this.#writeSide.reset();
    this.sink = silence;
  }

  /**
   * Where no bytes wait in the kernel, Node reads on, because only a read shows a reset. The bytes of one
   * such read are held.
   */
  pause(): void {
    this.#readSide.pause();
  }

  resume(): void {
    this.#readSide.resume();
  }

  lendTo(borrower: Borrower | undefined): void {
    this.#readSide.lendTo(borrower);
  }

  /** @internal */
  readCame(made: ArrayBuffer | undefined): Uint8Array | undefined {
    return this.#readSide.came(made);
  }

  /** @internal */
  wrote(bytesCount: number, status: number): void {
    this.#writeSide.wrote(bytesCount, status);
  }

  /** @internal */
  wasShutDown(): void {
    this.#writeSide.wasShutDown();
  }

  /** @internal */
  fail(status: number, call: string): void {
    this.#writeSide.fail();
    process.nextTick(tellBroken, this, status, call);
  }

  /** @internal */
  broke(status: number, call: string): void {
    const { sink } = this;
    if (this.#close()) sink.onReset(monotonicNow(), systemError(status, call));
  }

  /** @returns false where it was closed already */
  #close(): boolean {
    this.sink = silence;
    this.#readSide.close();
    return this.#writeSide.close();
  }
}

function tellBroken(transport: HandleTransport, status: number, call: string): void {
  transport.broke(status, call);
}

/** The client of a handle. */
export function remoteOfHandle(handle: StreamHandle): TransportAddress {
  return addressBy(handle.getpeername, handle);
}

/** Both ends of a handle that nobody has made a transport of. */
export function endsOfHandle(handle: StreamHandle): TransportEnds {
  return { remote: remoteOfHandle(handle), local: localOfHandle(handle) };
}

function localOfHandle(handle: StreamHandle): TransportAddress {
  return addressBy(handle.getsockname, handle);
}

/** Node fills it in for whoever asks. */
const asked: HandleAddress = { address: '', family: '', port: 0 };

function addressBy(ask: StreamHandle['getpeername'], handle: StreamHandle): TransportAddress {
  // Of an address that is neither IPv4 nor IPv6 Node knows no port.
  asked.port = 0;
  if (ask === undefined || ask.call(handle, asked) !== 0) return NO_ADDRESS;
  return { address: asked.address, port: asked.port };
}
