// One connection of a TLS listener, from its arrival to its handshake. Its first byte is read before Node's TLS gets the
// socket: a client that speaks plain HTTP gets an answer in plain HTTP.

import type { Socket } from 'node:net';
import type { Handshake, HandshakeSocket } from '../../conn/arrive/handshakes.js';
import type { TransportAddress, TransportEnds } from '../../conn/transport.js';
import { monotonicNow } from '../clock.js';
import type { FirstBytes, FirstBytesSink } from '../transport/first-bytes.js';
import { ignored } from '../transport/ignored.js';

/** The listener of TLS, as an entrant sees it. */
export interface EntrantDoor {
  /** Node's TLS gets the socket. */
  begin(entrant: Entrant, socket: Socket): void;
  /** The client speaks plain HTTP. */
  plain(entrant: Entrant, socket: Socket): void;
  /** Tells of a handshake that has taken too long. Undefined where nobody wants to hear it. */
  readonly late: ((socket: Socket) => void) | undefined;
}

export class Entrant implements HandshakeSocket, FirstBytesSink {
  readonly remote: TransportAddress;
  /** The addresses that a header of the PROXY protocol told. */
  readonly ends: TransportEnds | undefined;
  handshake: Handshake | undefined = undefined;
  readonly #first: FirstBytes;
  readonly #door: EntrantDoor;
  /** Undefined until Node's TLS has got it. */
  #socket: Socket | undefined = undefined;
  #isOver = false;

  constructor(first: FirstBytes, door: EntrantDoor, ends: TransportEnds | undefined) {
    this.remote = ends?.remote ?? first.remote;
    this.ends = ends;
    this.#first = first;
    this.#door = door;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on, nothing is told of this connection. */
  over(): void {
    this.#isOver = true;
  }

  listen(): void {
    this.#first.start(this);
  }

  // Orders of its handshake.

  begin(): void {
    // From here on, Node's TLS tells of the end of the socket.
    this.#socket = this.#first.toSocket(true);
    this.#door.begin(this, this.#socket);
  }

  drop(isLate: boolean): void {
    this.over();
    const { late } = this.#door;
    if (isLate && late !== undefined) {
      this.#socket ??= this.#first.toSocket(false);
      // Whoever hears of it may destroy it with an error.
      this.#socket.on('error', ignored);
      late(this.#socket);
    }
    if (this.#socket === undefined) this.#first.close();
    else this.#socket.destroy();
  }

  // Events of its first bytes.

  came(): void {
    const { bytes } = this.#first;
    if (bytes === undefined) return;
    const isPlain = isText(bytes[0] as number);
    if (!isPlain && !hasRecord(bytes)) return;
    this.#first.enough();
    const now = monotonicNow();
    if (isPlain) this.#toPlain(now);
    else this.handshake?.begins(now);
  }

  #toPlain(now: number): void {
    this.over();
    this.#door.plain(this, this.#first.toSocket(false));
    this.handshake?.done(now);
  }

  /** A client that ends before its handshake has given up. */
  ended(): void {
    this.#first.close();
    this.closed();
  }

  /** The connection broke before Node's TLS had it. */
  closed(): void {
    if (this.#isOver) return;
    this.over();
    if (this.#first.bytes === undefined) this.handshake?.gone(monotonicNow());
    else this.handshake?.failed('ECONNRESET', monotonicNow());
  }
}

/** Node's TLS gets a longer first message before it is complete. The first message of a browser has 500 to 1800 bytes. */
const FIRST_BYTES_MAX = 4096;

const HEADER_BYTES = 5;

/**
 * True if the first record is complete (RFC 8446 §5.1). True as well if it is no record of a handshake: OpenSSL then says
 * what is wrong.
 */
function hasRecord(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  const [first, second, third, fourth, fifth] = bytes as unknown as [number, ...number[]];
  const length =
    first === HANDSHAKE
      ? HEADER_BYTES + (((fourth as number) << 8) | (fifth as number))
      : first >= 128 && third === CLIENT_HELLO
        ? 2 + (((first & 127) << 8) | (second as number))
        : 0;
  return bytes.length >= Math.min(length, FIRST_BYTES_MAX);
}

const HANDSHAKE = 22;
/** The type of a first message in SSL 2, behind its length. OpenSSL can read it. */
const CLIENT_HELLO = 1;

/** True for a letter, CR or LF: HTTP begins with one. A handshake begins with 22, and one of SSL 2 with 128 or more. */
function isText(c: number): boolean {
  return (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x0d || c === 0x0a;
}
