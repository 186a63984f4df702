// From an accepted socket to one under TLS. The first byte is looked at before Node is given the socket: a
// client that speaks plain HTTP gets an answer that it can read.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Handshake, HandshakeSocket, Handshakes } from '../conn/handshakes.js';
import type {
  ClientCertificate,
  TlsFacts,
  TransportAddress,
  TransportEnds,
} from '../conn/transport.js';
import { bug } from '../fsm/bug.js';
import { Fault, type FaultId } from '../fsm/faults.js';
import { monotonicNow } from './clock.js';
import type { HandshakeMaker } from './door.js';
import type { Secured } from './net-transport.js';
import { remoteOf } from './socket-ends.js';

/** Takes the sockets that have come through. Called once for each socket at most. */
export interface TlsDoorway {
  /** The handshake has succeeded. */
  secured(socket: TLSSocket, secured: Secured): void;
  /** The client speaks plain HTTP. Nothing was taken from the socket. */
  plain(socket: Socket, fault: FaultId, ends: TransportEnds | undefined): void;
}

/** A boundary: the socket below a TLSSocket, undocumented since Node 0.12. */
interface LayeredSocket extends TLSSocket {
  readonly _parent?: Socket;
}

export class TlsDoor {
  readonly contexts: HandshakeMaker;
  readonly #handshakes: Handshakes;
  readonly #doorway: TlsDoorway;
  /** Those that Node's TLS has been given. */
  readonly #begun: WeakMap<Socket, Entrant> = new WeakMap();

  constructor(contexts: HandshakeMaker, handshakes: Handshakes, doorway: TlsDoorway) {
    this.contexts = contexts;
    this.#handshakes = handshakes;
    this.#doorway = doorway;
    contexts.tell({
      secured: (socket: TLSSocket, below?: Socket) =>
        this.#secured(socket, this.#entrantOf(socket, below)),
      failed: (error, socket: TLSSocket, below?: Socket) =>
        this.#failed(error, socket, this.#entrantOf(socket, below)),
    });
  }

  /**
   * Sees to a socket that was accepted, and from which nothing was read but a header of the PROXY protocol.
   *
   * @param ends What that header says of them. Default: the socket's own.
   */
  admit(socket: Socket, now: number, ends?: TransportEnds): void {
    const entrant = new Entrant(socket, this, ends);
    entrant.handshake = this.#handshakes.arrive(entrant, now);
    entrant.listen();
  }

  /** @internal */
  plain({ socket, ends }: Entrant): void {
    this.#doorway.plain(socket, Fault.plainOnTls, ends);
  }

  /** @internal Gives the socket to Node's TLS. */
  begin(entrant: Entrant): void {
    this.#begun.set(entrant.socket, entrant);
    this.contexts.begin(entrant.socket);
  }

  #secured(socket: TLSSocket, entrant: Entrant): void {
    if (entrant.isOver) {
      socket.destroy();
      return;
    }
    entrant.over();
    socket.allowHalfOpen = true;
    const { remote, ends, socket: wire } = entrant;
    const local = ends?.local;
    this.#doorway.secured(socket, { wire, remote, local, facts: new SocketFacts(socket) });
    entrant.handshake?.done(monotonicNow());
  }

  #failed(error: Error & { readonly code?: string }, socket: TLSSocket, entrant: Entrant): void {
    if (entrant.isOver) return;
    entrant.over();
    // Of a client whose certificate was refused, Node says only that the connection was reset.
    const { authorizationError } = socket as { authorizationError?: unknown };
    const alert = authorizationError ?? error.code ?? error.message;
    entrant.handshake?.failed(String(alert), monotonicNow());
  }

  #entrantOf(socket: LayeredSocket, below: Socket | undefined = socket._parent): Entrant {
    return (below && this.#begun.get(below)) ?? bug('a handshake of an unknown socket');
  }
}

/** One socket on its way. */
class Entrant implements HandshakeSocket {
  readonly socket: Socket;
  readonly remote: TransportAddress;
  /** By a header of the PROXY protocol. */
  readonly ends: TransportEnds | undefined;
  handshake: Handshake | undefined;
  readonly #door: TlsDoor;
  /** The beginning of a message. */
  #held: Uint8Array | undefined;
  #isOver = false;

  constructor(socket: Socket, door: TlsDoor, ends: TransportEnds | undefined) {
    this.socket = socket;
    this.remote = ends?.remote ?? remoteOf(socket);
    this.ends = ends;
    this.handshake = undefined;
    this.#door = door;
    this.#held = undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing more is told of it. */
  over(): void {
    this.#isOver = true;
  }

  listen(): void {
    const { socket } = this;
    socket.on('error', ignored);
    socket.once('close', this.#onClose);
    socket.once('end', this.#onEnd);
    socket.on('readable', this.#onReadable);
  }

  begin(): void {
    const { socket } = this;
    // From here on, Node's TLS tells of its end.
    socket.off('close', this.#onClose);
    // A client that sends FIN within its handshake has given up. Node hears of it only like this.
    socket.allowHalfOpen = false;
    this.#door.begin(this);
  }

  drop(): void {
    this.over();
    this.socket.destroy();
  }

  readonly #onReadable = (): void => {
    const { socket } = this;
    const bytes: Uint8Array | null = socket.read();
    if (bytes === null || bytes.length === 0) return;
    this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    const held = this.#held;
    const isPlain = isText(held[0] as number);
    if (!isPlain && !hasRecord(held)) return;
    socket.off('readable', this.#onReadable);
    socket.off('end', this.#onEnd);
    socket.unshift(held);
    this.#held = undefined;
    const now = monotonicNow();
    if (isPlain) this.#toPlain(now);
    else this.handshake?.begins(now);
  };

  #toPlain(now: number): void {
    const { socket } = this;
    this.over();
    socket.off('close', this.#onClose);
    socket.off('error', ignored);
    this.#door.plain(this);
    this.handshake?.done(now);
  }

  /** The client has sent FIN before its first message was complete. */
  readonly #onEnd = (): void => {
    this.socket.destroy();
    this.#left();
  };

  /** Broken before Node's TLS had it. */
  readonly #onClose = (): void => {
    if (!this.#isOver) this.#left();
  };

  #left(): void {
    this.over();
    if (this.#held === undefined) this.handshake?.gone(monotonicNow());
    else this.handshake?.failed('ECONNRESET', monotonicNow());
  }
}

/** What the handshake told, asked for when it is wanted. */
export class SocketFacts implements TlsFacts {
  readonly serverName: string | undefined;
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    // False where the client asked for none. The types leave it out.
    const { servername } = socket as { servername?: string | false | null };
    this.serverName = servername || undefined;
    this.#socket = socket;
  }

  get clientCertificate(): ClientCertificate | undefined {
    const { authorized, authorizationError } = this.#socket;
    const shown = this.#socket.getPeerCertificate();
    // Without a certificate it is an empty object; of a socket that is closed, null.
    if (shown === null || shown.raw === undefined) return undefined;
    const reason = authorizationError ? { authorizationError: String(authorizationError) } : {};
    // A boundary: the members are those that node:tls documents.
    return { ...(shown as unknown as ClientCertificate), authorized, ...reason };
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

function ignored(): void {
  // The socket's end is told by 'close'.
}
