// One connection on its way through the door of TLS: the first byte is looked at before Node's TLS is given the socket,
// since a client that speaks plain HTTP gets an answer that it can read.

import type { Socket } from 'node:net';
import type { Handshake, HandshakeSocket } from '../conn/handshakes.js';
import type { TransportAddress, TransportEnds } from '../conn/transport.js';
import { monotonicNow } from './clock.js';
import type { FirstBytes, FirstBytesSink } from './first-bytes.js';

/** The door, as those who come see it. */
export interface EntrantDoor {
  /** Node's TLS gets the socket. */
  begin(entrant: Entrant, socket: Socket): void;
  /** The client speaks plain HTTP. */
  plain(entrant: Entrant, socket: Socket): void;
}

export class Entrant implements HandshakeSocket, FirstBytesSink {
  readonly remote: TransportAddress;
  /** By a header of the PROXY protocol. */
  readonly ends: TransportEnds | undefined;
  handshake: Handshake | undefined = undefined;
  readonly #first: FirstBytes;
  readonly #door: EntrantDoor;
  /** The one that Node's TLS has got. */
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

  /** Nothing more is told of it. */
  over(): void {
    this.#isOver = true;
  }

  listen(): void {
    this.#first.start(this);
  }

  // What its handshake orders.

  begin(): void {
    // From here on, Node's TLS tells of its end.
    this.#socket = this.#first.toSocket(true);
    this.#door.begin(this, this.#socket);
  }

  drop(): void {
    this.over();
    if (this.#socket === undefined) this.#first.close();
    else this.#socket.destroy();
  }

  // What its first bytes tell.

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

  /** Broken before Node's TLS had it. */
  closed(): void {
    if (this.#isOver) return;
    this.over();
    if (this.#first.bytes === undefined) this.handshake?.gone(monotonicNow());
    else this.handshake?.failed('ECONNRESET', monotonicNow());
  }
}

/** The longest first message that is awaited before Node's TLS gets it. Those of browsers have 500 to 1800 bytes. */
const FIRST_BYTES_MAX = 4096;

const HEADER_BYTES = 5;

/** The first record is complete, or it is none of a handshake's: OpenSSL says what is wrong with it (RFC 8446 §5.1). */
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
/** Behind the length of a record of SSL 2, which OpenSSL reads on. */
const CLIENT_HELLO = 1;

/** A letter, CR or LF: how HTTP begins. A handshake begins with 22, that of SSL 2 with 128 or more. */
function isText(c: number): boolean {
  return (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x0d || c === 0x0a;
}
