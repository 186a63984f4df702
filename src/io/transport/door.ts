// What the server and its options say of a listener. The types of the package reach this file, so it names no
// module of Node: a project may have the types of the web alone.

/** `auto`: the fastest that this Node has. `net`: node:net's sockets. */
export type TransportChoice = 'auto' | 'net';

/** `connections`: `connectionsMax` are open. `descriptors`: the process has hardly any left. */
export type DoorRefusal = 'connections' | 'descriptors';

/**
 * Hears how handshakes end. The sockets are node:tls's; `below` is the one that was given, where it can't be seen
 * by them.
 */
export interface HandshakeEvents {
  secured(socket: object, below?: object): void;
  failed(error: Error & { readonly code?: string }, socket: object, below?: object): void;
}

/** Does the handshakes of TLS: node:tls, by way of a server of its kind. */
export interface HandshakeMaker {
  /** Tells `events` how the handshakes end that are begun from now on. Once. */
  tell(events: HandshakeEvents): void;
  /** Begins the handshake with the client of this socket. */
  begin(socket: object): void;
  /** Hears of a socket that is about to be closed, because its handshake has taken too long. */
  late?(socket: object): void;
}

/** Connections that are nothing to serve: somebody wants their sockets. */
export interface Bypass {
  /** Asked for each connection. */
  readonly wantsSockets: boolean;
  /** @param socket one of node:net's */
  take(socket: object): void;
}

/** What its owner says of the connections of a server that was adopted. The defaults are those of a listener. */
export interface AdoptedManners {
  readonly keepAliveMs?: number | undefined;
  readonly bypass?: Bypass | undefined;
}

/** A server of node:net that somebody else made. */
export interface AdoptedServer {
  readonly listening: boolean;
  address(): unknown;
  close(): unknown;
}
