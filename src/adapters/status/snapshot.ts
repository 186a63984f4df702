// Everything that the page shows, as one object: `/status.json` is this.

import type { FaultReport, Phase } from '../../index.js';
import type { LimiterStats } from '../../limiter/stats.js';
import type { ServerView } from '../../watching.js';
import type { Percentiles } from './collect/histogram.js';

/** What the server does: `announced`, `draining` and `closed` are stages of its `close()`. */
export type ServerState = 'serving' | 'announced' | 'draining' | 'closed';

/** A fault of a client, and when it was. */
export interface SeenFault extends FaultReport {
  readonly at: string;
}

/** The times of requests that were answered within the last seconds, in milliseconds. */
export interface Latency {
  /** How many seconds they are of. */
  readonly seconds: number;
  readonly requests: number;
  /** From the complete head of a request to the last byte of its response. */
  readonly duration: Percentiles;
  /** In the queue of the limiter. */
  readonly waited: Percentiles;
  /** From the call of the handler to the beginning of its response. */
  readonly handler: Percentiles;
}

/** Transitions a second: `idle>head` and how often. Those that nobody took are not there. */
export type Rates = Readonly<Record<string, number>>;

/** The last minutes, one value for each `intervalMs`, the oldest first. Null where it is not known. */
export interface History {
  readonly intervalMs: number;
  readonly limit: readonly (number | null)[];
  readonly inFlight: readonly (number | null)[];
  readonly queued: readonly (number | null)[];
  readonly startedPerSecond: readonly (number | null)[];
  readonly refusedPerSecond: readonly (number | null)[];
  /** Known only while somebody looks. */
  readonly p50Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
}

export type RefusalCounts = LimiterStats['refusedBy'];

export interface Snapshot {
  /** When, by the clock of the server: ISO 8601. */
  readonly at: string;
  readonly state: ServerState;
  readonly connections: {
    readonly open: number;
    /** Since the start. */
    readonly accepted: number;
    /** Closed at once, since the start. */
    readonly refused: number;
    /** TLS handshakes under way. They are no connections yet. */
    readonly handshakes: number;
    readonly byPhase: Readonly<Record<Phase, number>>;
    /** By the states of docs/state-machine.md. */
    readonly byState: {
      readonly reading: Readonly<Record<string, number>>;
      readonly writing: Readonly<Record<string, number>>;
      readonly persistence: Readonly<Record<string, number>>;
    };
  };
  readonly requests: {
    /** Since the start: those that were started or refused, and probes of `health`. */
    readonly total: number;
    readonly started: number;
    readonly refused: number;
    readonly probes: number;
    readonly startedPerSecond: number;
    readonly refusedPerSecond: number;
  };
  readonly limiter: {
    readonly limit: number;
    readonly inFlight: number;
    readonly parked: number;
    readonly queued: number;
    readonly queuedBy: LimiterStats['queuedBy'];
    readonly queuedBytes: number;
    /** Since the start. */
    readonly refusedBy: RefusalCounts;
    readonly refusedPerSecondBy: RefusalCounts;
  };
  /** Null until a request has ended while somebody looked. */
  readonly latencyMs: Latency | null;
  /** Null until somebody has looked for a second. */
  readonly transitionsPerSecond: {
    readonly reading: Rates;
    readonly writing: Rates;
    /** `reset` and `cut`, which lead to the end from everywhere. */
    readonly broken: number;
  } | null;
  readonly memory: {
    readonly bytes: number;
    readonly bytesPeak: number;
    readonly bytesMax: number;
  };
  readonly faults: {
    /** Since the start. */
    readonly total: number;
    /** The newest first. */
    readonly last: readonly SeenFault[];
  };
  /** The `close()` under way, or over. Null while the server is open. */
  readonly close: ServerView['closing'] | null;
  readonly history: History;
}
