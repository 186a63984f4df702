// What is known of a server, at three costs. Faults of clients are kept always: that costs nothing while there is
// none. Counts are read once a second. Transitions are watched only while somebody
// looks, and a little longer.

import type { Observer } from '../../../index.js';
import type { ServerView } from '../../../watching.js';
import type { Flow } from '../machine/flow.js';
import { statesOf } from '../machine/states.js';
import type { Snapshot } from '../snapshot.js';
import { FaultRing } from './fault-ring.js';
import { LiveObserver } from './live-observer.js';
import { rounded, Sampler, UNKNOWN_LATENCY } from './sampler.js';

/** Somebody who looks again within this time has looked all the while. */
export const LOOK_MS = 15_000;

/** A server, as a collector sees it. */
export interface Source {
  view(): ServerView;
  /** @returns what ends it */
  observe(observer: Observer): () => void;
}

export interface Clocks {
  /** Milliseconds that never go back. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallNow(): number;
}

/** The observer of all transitions, while it is attached. */
interface Attached {
  readonly live: LiveObserver;
  readonly detach: () => void;
}

export class Collector {
  readonly #source: Source;
  readonly #clocks: Clocks;
  readonly #faults: FaultRing = new FaultRing();
  readonly #sampler: Sampler;
  #attached: Attached | undefined = undefined;
  #lookedAt: number = Number.NEGATIVE_INFINITY;
  /** Transitions between the last two samples. */
  #flow: Flow | undefined = undefined;

  constructor(source: Source, clocks: Clocks) {
    this.#source = source;
    this.#clocks = clocks;
    this.#sampler = new Sampler(source.view(), clocks.now());
    source.observe({ fault: (fault) => this.#faults.add(fault, clocks.wallNow()) });
  }

  /** Somebody looks now. */
  look(): void {
    this.#lookedAt = this.#clocks.now();
    if (this.#attached !== undefined) return;
    const live = new LiveObserver(this.#clocks.now);
    this.#attached = { live, detach: this.#source.observe(live) };
  }

  /** Every transition and every request is watched. */
  get watchesAll(): boolean {
    return this.#attached !== undefined;
  }

  /** A second is over. @returns false where the server is closed and nobody looks: nothing changes any more */
  tick(): boolean {
    const now = this.#clocks.now();
    const view = this.#source.view();
    const looks = now - this.#lookedAt < LOOK_MS;
    if (this.#attached !== undefined && !looks) {
      this.#attached.detach();
      this.#attached = undefined;
      this.#flow = undefined;
    }
    const live = this.#attached?.live;
    if (live !== undefined) this.#flow = live.takeFlow();
    this.#sampler.sample(view, now, live?.nextSecond() ?? UNKNOWN_LATENCY);
    return looks || view.closing?.stage !== 'closed';
  }

  snapshot(): Snapshot {
    const view = this.#source.view();
    const { counts, limiter, closing } = view;
    const { rates } = this.#sampler;
    const { open, byPhase, byState } = statesOf(view.states);
    return {
      at: new Date(this.#clocks.wallNow()).toISOString(),
      state: closing?.stage ?? 'serving',
      connections: {
        open,
        accepted: counts.accepted,
        refused: counts.connectionsRefused,
        handshakes: counts.handshakes,
        byPhase,
        byState,
      },
      requests: {
        total: counts.started + counts.refused + counts.probes,
        started: counts.started,
        refused: counts.refused,
        probes: counts.probes,
        startedPerSecond: rates.started,
        refusedPerSecond: rates.refused,
      },
      limiter: {
        limit: limiter.limit,
        inFlight: limiter.inFlight + limiter.probesInFlight,
        parked: limiter.parked,
        queued: limiter.queued,
        queuedBy: limiter.queuedBy,
        queuedBytes: limiter.queuedBytes,
        refusedBy: limiter.refusedBy,
        refusedPerSecondBy: rates.refusedBy,
      },
      latencyMs: this.#attached?.live.latency ?? null,
      transitionsPerSecond:
        this.#flow === undefined ? null : flowPerSecond(this.#flow, rates.seconds),
      memory: { bytes: view.bytes, bytesPeak: view.bytesPeak, bytesMax: view.bytesMax },
      faults: { total: counts.faults, last: this.#faults.last },
      close: closing ?? null,
      history: this.#sampler.history,
    };
  }
}

function flowPerSecond(
  { reading, writing, broken }: Flow,
  seconds: number,
): Snapshot['transitionsPerSecond'] {
  const rates = (counts: ReadonlyMap<string, number>): Record<string, number> =>
    Object.fromEntries([...counts].map(([edge, count]) => [edge, rounded(count / seconds)]));
  return { reading: rates(reading), writing: rates(writing), broken: rounded(broken / seconds) };
}
