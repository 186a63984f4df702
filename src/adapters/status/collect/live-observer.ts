// Watches every transition. It is attached only while somebody looks.

import type { ConnectionClosed, Observer, Transition } from '../../../index.js';
import { type Flow, FlowCounter } from '../machine/flow.js';
import type { Latency } from '../snapshot.js';
import { RollingHistogram } from './histogram.js';
import { RequestTimes } from './request-times.js';
import { type SampledLatency, UNKNOWN_LATENCY } from './sampler.js';

/** Seconds over which percentiles are taken. */
export const LATENCY_SECONDS = 10;

export class LiveObserver implements Observer {
  readonly #now: () => number;
  readonly #flow: FlowCounter = new FlowCounter();
  readonly #duration: RollingHistogram = new RollingHistogram(LATENCY_SECONDS);
  readonly #waited: RollingHistogram = new RollingHistogram(LATENCY_SECONDS);
  readonly #handler: RollingHistogram = new RollingHistogram(LATENCY_SECONDS);
  readonly #times: RequestTimes = new RequestTimes(({ durationMs, waitedMs, handlerMs }) => {
    this.#duration.record(durationMs);
    this.#waited.record(waitedMs);
    this.#handler.record(handlerMs);
  });

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  transition(transition: Transition): void {
    this.#flow.count(transition.from, transition.event);
    this.#times.moved(transition, this.#now());
  }

  connectionClosed({ connectionId }: ConnectionClosed): void {
    this.#times.closed(connectionId);
  }

  /** The transitions since the last call. */
  takeFlow(): Flow {
    return this.#flow.take();
  }

  /** A second is over. @returns what it was like */
  nextSecond(): SampledLatency {
    const { p50, p99 } = this.#duration.latest() ?? UNKNOWN_LATENCY;
    for (const histogram of [this.#duration, this.#waited, this.#handler]) histogram.rotate();
    return { p50, p99 };
  }

  get latency(): Latency | null {
    const duration = this.#duration.all();
    const waited = this.#waited.all();
    const handler = this.#handler.all();
    if (duration === undefined || waited === undefined || handler === undefined) return null;
    return { seconds: LATENCY_SECONDS, requests: duration.count, duration, waited, handler };
  }
}
