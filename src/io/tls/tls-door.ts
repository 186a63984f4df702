// From an accepted connection to one under TLS. What comes first of it, its entrant looks at (tls-entrant.ts).

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Handshakes } from '../../conn/arrive/handshakes.js';
import type { ClientCertificate, TlsFacts, TransportEnds } from '../../conn/transport.js';
import { bug } from '../../fsm/bug.js';
import { Fault, type FaultId } from '../../fsm/faults.js';
import { monotonicNow } from '../clock.js';
import type { HandshakeMaker } from '../transport/door.js';
import { type FirstBytes, HandleFirstBytes, SocketFirstBytes } from '../transport/first-bytes.js';
import type { HandleGroup } from '../transport/handle-group.js';
import type { Secured } from '../transport/secured.js';
import type { StreamApi, StreamHandle } from '../transport/stream-api.js';
import { Entrant, type EntrantDoor } from './tls-entrant.js';

/** Takes the sockets that have come through. Called once for each socket at most. */
export interface TlsDoorway {
  /** The handshake has succeeded. */
  secured(socket: TLSSocket, secured: Secured): void;
  /** The client speaks plain HTTP. Nothing was taken from the socket. */
  plain(socket: Socket, fault: FaultId, ends: TransportEnds | undefined): void;
}

const entrantOf = Symbol('sluice.entrant');

/**
 * A boundary: the property by which the end of a handshake finds its entrant. A WeakMap took 1.1 µs more for each connection,
 * most of it in V8's collector.
 */
interface EnteringSocket extends Socket {
  /** Null once its handshake is over: a connection has no use for it. */
  [entrantOf]?: Entrant | null;
}

/** A boundary: the socket below a TLSSocket, undocumented since Node 0.12. */
interface LayeredSocket extends TLSSocket {
  readonly _parent?: Socket;
}

export class TlsDoor implements EntrantDoor {
  readonly contexts: HandshakeMaker;
  readonly late: EntrantDoor['late'];
  readonly #handshakes: Handshakes;
  readonly #doorway: TlsDoorway;
  readonly #api: StreamApi | undefined;

  /** @param api By it bytes are read at handles. Undefined: by events of sockets. */
  constructor(
    contexts: HandshakeMaker,
    handshakes: Handshakes,
    doorway: TlsDoorway,
    api: StreamApi | undefined,
  ) {
    this.#api = api;
    this.contexts = contexts;
    this.#handshakes = handshakes;
    this.#doorway = doorway;
    this.late = contexts.late?.bind(contexts);
    contexts.tell({
      secured: (socket: LayeredSocket, below = socket._parent as object) =>
        this.#secured(socket, below as Socket, entrantBy(below)),
      failed: (error, socket: LayeredSocket, below = socket._parent as object) =>
        this.#failed(error, socket, entrantBy(below)),
    });
  }

  /**
   * Sees to a socket that was accepted, and from which nothing was read but a header of the PROXY protocol.
   *
   * @param ends What that header says of them. Default: the socket's own.
   */
  admit(socket: Socket, now: number, ends?: TransportEnds): void {
    this.#admit(new SocketFirstBytes(socket), now, ends);
  }

  /** Sees to a handle that was accepted, and of which no socket was made. */
  admitHandle(handle: StreamHandle, group: HandleGroup, now: number): void {
    this.#admit(new HandleFirstBytes(handle, group), now, undefined);
  }

  #admit(first: FirstBytes, now: number, ends: TransportEnds | undefined): void {
    const entrant = new Entrant(first, this, ends);
    entrant.handshake = this.#handshakes.arrive(entrant, now);
    entrant.listen();
  }

  /** @internal */
  plain({ ends }: Entrant, socket: Socket): void {
    this.#doorway.plain(socket, Fault.plainOnTls, ends);
  }

  /** @internal Gives the socket to Node's TLS. */
  begin(entrant: Entrant, socket: Socket): void {
    (socket as EnteringSocket)[entrantOf] = entrant;
    this.contexts.begin(socket);
  }

  #secured(socket: TLSSocket, wire: Socket, entrant: Entrant | null): void {
    if (entrant === null || entrant.isOver) {
      socket.destroy();
      return;
    }
    entrant.over();
    (wire as EnteringSocket)[entrantOf] = null;
    socket.allowHalfOpen = true;
    const { remote, ends } = entrant;
    const facts = new SocketFacts(socket);
    const secured = { wire, remote, local: ends?.local, facts, api: this.#api };
    this.#doorway.secured(socket, secured);
    entrant.handshake?.done(monotonicNow());
  }

  #failed(
    error: Error & { readonly code?: string },
    socket: TLSSocket,
    entrant: Entrant | null,
  ): void {
    if (entrant === null || entrant.isOver) return;
    entrant.over();
    // Of a client whose certificate was refused, Node says only that the connection was reset.
    const { authorizationError } = socket as { authorizationError?: unknown };
    const alert = authorizationError ?? error.code ?? error.message;
    entrant.handshake?.failed(String(alert), monotonicNow());
  }
}

function entrantBy(below: object): Entrant | null {
  const entrant = (below as EnteringSocket)[entrantOf];
  return entrant === undefined ? bug('a handshake of an unknown socket') : entrant;
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
