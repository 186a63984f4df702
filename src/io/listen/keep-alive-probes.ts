// TCP keep-alive of accepted connections. To turn it on takes four system calls. On Linux a connection has what its
// listening socket had when it came. So the listening socket is told once, in place of each connection.

import type { Server } from 'node:net';
import { KEEP_ALIVE_MS } from './socket-options.js';

/** A TCP handle of Node's that listens or is connected; that of a Unix domain socket has no probes. */
interface ProbedHandle {
  setKeepAlive?(on: boolean, initialDelaySeconds: number): number;
}

/** Windows never does it. Of BSD and macOS it is not known whether they do it for the delay. */
const IS_INHERITED: boolean = process.platform === 'linux';

export class KeepAliveProbes {
  /** Silence of a connection before the first probe; 0: no probes. */
  readonly seconds: number;
  /** So many of the next connections have to be told themselves. */
  #untold = Number.POSITIVE_INFINITY;

  constructor(silenceMs: number = KEEP_ALIVE_MS) {
    this.seconds = Math.round(silenceMs / 1000);
  }

  /**
   * `server` listens at a socket of its own.
   *
   * @param backlog how many may wait to be accepted. They may have come already: the kernel takes one more.
   */
  inherit(server: Server, backlog: number): void {
    if (!IS_INHERITED || this.seconds === 0) return;
    // A boundary: the listening handle of a net.Server, undocumented. A worker of a cluster may have one without a socket.
    const { _handle: listening } = server as unknown as { _handle?: ProbedHandle | null };
    if (listening?.setKeepAlive?.(true, this.seconds) === 0) this.#untold = backlog + 1;
  }

  /** A connection was accepted: its probes are on from now on. */
  turnOn(handle: ProbedHandle): void {
    if (this.seconds === 0 || this.#untold === 0) return;
    this.#untold--;
    handle.setKeepAlive?.(true, this.seconds);
  }
}
