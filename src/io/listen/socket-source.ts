// Where listening sockets come from in a process that doesn't make them itself: a worker, whose primary keeps them.

import type { BoundAddress, NodeListenOptions } from './listen-address.js';

/** A listening handle of node:net. */
export interface GivenSocket {
  close(): void;
}

/** Asked by every listener that listens from then on. */
export interface SocketSource {
  /** The process that systemd gave its sockets. */
  readonly systemdPid: number;
  /**
   * The socket for this place. Undefined: the listener gets one by itself.
   *
   * @throws an error with the system's `code` where there can't be one
   */
  socketFor(where: NodeListenOptions): Promise<GivenSocket | undefined>;
  /** A listener listens there now. */
  listening(bound: BoundAddress): void;
}

let source: SocketSource | undefined;

/** Listeners of this process take their sockets from there, from now on. */
export function takeSocketsFrom(given: SocketSource): void {
  source = given;
}

export function socketSource(): SocketSource | undefined {
  return source;
}
