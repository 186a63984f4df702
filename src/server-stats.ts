// What a server tells of itself, when it is asked.

import type { Phase } from './fsm/machine/phase.js';

/** The present state of a server. */
export interface ServerStats {
  /** Open connections, by phase. */
  readonly connections: Readonly<Record<Phase, number>>;
  /**
   * Connections that were closed at once, since the start. Either `connectionsMax` connections were
   * open and none was idle, or the process had almost no file descriptors left.
   */
  readonly connectionsRefused: number;
  /** TLS handshakes under way: at most `limits.handshakesMax`. They are none of `connections` yet. */
  readonly handshakes: number;
  /** Handlers that hold a slot. */
  readonly inFlight: number;
  /** Handlers that wait on purpose and hold no slot meanwhile. */
  readonly parked: number;
  /** Requests that wait for a slot. */
  readonly queued: number;
  /** The number of slots. */
  readonly limit: number;
  /** Requests that the limiter answered with 503, since the start. */
  readonly refused: number;
  /** Requests whose handler was started, since the start; without those for a path of `health`. */
  readonly started: number;
  /** Requests for a path of `health`, since the start. */
  readonly probes: number;
  /** Faults of clients, since the start. */
  readonly faults: number;
  /** Bytes held for all connections. */
  readonly bytes: number;
  /** The maximum of `bytes`: `limits.bufferedBytesMax`, or the default for this process. */
  readonly bytesMax: number;
}
