// A look into a server that runs, for adapters: an observer that comes and goes, and what `stats()` leaves
// out because only a picture of the server needs it.

import type { CloseProgress, Closing } from './closing.js';
import type { ServerParts } from './conn/server-parts.js';
import { STATE_COUNT } from './fsm/machine/machine.js';
import type { LimiterStats } from './limiter/stats.js';
import { checkObserver } from './observe/check.js';
import type { Observer } from './observe/observer.js';
import { invalid } from './options/checks.js';

/** As in `server.stats()`, which a server of `sluice/node` does not have: since the start, but for `handshakes`. */
export interface ServerCounts {
  /** Connections that were accepted. */
  readonly accepted: number;
  readonly connectionsRefused: number;
  /** TLS handshakes under way. */
  readonly handshakes: number;
  readonly started: number;
  readonly probes: number;
  readonly refused: number;
  readonly faults: number;
}

/** What a server holds at this moment. */
export interface ServerView {
  /** The number of open connections in each joint state: `states[id]` is of `stateName(id)`. */
  readonly states: Uint32Array;
  readonly limiter: LimiterStats;
  readonly counts: ServerCounts;
  /** Bytes held for all connections, the most that was ever held, and the bound. */
  readonly bytes: number;
  readonly bytesPeak: number;
  readonly bytesMax: number;
  /** The `close()` under way, or the last one; undefined while the server is open. */
  readonly closing: CloseProgress | undefined;
}

/** Where a server can be watched. */
export interface Watched {
  /** @returns what ends it; to be called any number of times */
  observe(observer: Observer): () => void;
  view(): ServerView;
}

/** Those of `sluice` and of `sluice/node`. */
const servers: WeakMap<object, Watched> = new WeakMap();

/** Lets `server` be watched from there. */
export function letWatch(server: object, watched: Watched): void {
  servers.set(server, watched);
}

/**
 * Lets `observer` watch a server from now on, beside the observers of its option. First it is told
 * `connectionOpened` of every connection that is open. Of requests whose head was complete before, it is told
 * nothing, so that pairs are pairs. What it throws is told to `onError`.
 *
 * @returns what ends it: after that, nothing is told
 * @throws `SLUICE_OPTION_INVALID` where `server` is none of sluice's, or `observer` can't be one
 */
export function observe(server: object, observer: Observer): () => void {
  const watched = watchedOf(server);
  checkObserver('observer', observer);
  return watched.observe(observer);
}

/**
 * What the server holds now. It looks at every open connection: ask once for each picture.
 *
 * @throws `SLUICE_OPTION_INVALID` where `server` is none of sluice's
 */
export function viewOf(server: object): ServerView {
  return watchedOf(server).view();
}

function watchedOf(server: object): Watched {
  const watched = servers.get(server);
  if (watched === undefined)
    throw invalid(TypeError, 'server', server, 'a server made by createServer of sluice');
  return watched;
}

/** Watches a server by its parts. */
export class WatchedParts implements Watched {
  readonly #parts: ServerParts;
  readonly #closing: () => Closing | undefined;

  constructor(parts: ServerParts, closing: () => Closing | undefined) {
    this.#parts = parts;
    this.#closing = closing;
  }

  observe(observer: Observer): () => void {
    return this.#parts.observe(observer);
  }

  view(): ServerView {
    const { roster, limiter, ledger, limits, handshakes, reports } = this.#parts;
    const states = new Uint32Array(STATE_COUNT);
    for (const { life } of roster.connections) states[life.state] = (states[life.state] ?? 0) + 1;
    return {
      states,
      limiter: limiter.statsNow(),
      counts: {
        accepted: roster.connectionsAccepted,
        connectionsRefused: roster.connectionsRefused,
        handshakes: handshakes.underWay,
        started: roster.requestsStarted,
        probes: roster.probesStarted,
        refused: roster.requestsRefused,
        faults: reports.faults,
      },
      bytes: ledger.bytes,
      bytesPeak: ledger.peakBytes,
      bytesMax: limits.bufferedBytesMax,
      closing: this.#closing()?.progress,
    };
  }
}
