// What the server and its options say of a listener. The types of the package reach this file, so it names no
// module of Node: a project may have the types of the web alone.

/** `auto`: the fastest that this Node has. `net`: node:net's sockets. */
export type TransportChoice = 'auto' | 'net';

/** `connections`: `connectionsMax` are open. `descriptors`: the process has hardly any left. */
export type DoorRefusal = 'connections' | 'descriptors';

/** A server of node:net that somebody else made. */
export interface AdoptedServer {
  readonly listening: boolean;
  address(): unknown;
  close(): unknown;
}
