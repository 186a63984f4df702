// The last minutes of a server, a sample a second: what an operator wants to see is mostly what came just before he
// looked. So this goes on while nobody looks; it reads what is counted anyway.

import { refusalReasons } from '../../../limiter/refusal.js';
import type { ServerView } from '../../../watching.js';
import type { History, RefusalCounts } from '../snapshot.js';
import { Series } from './series.js';

/** How often. */
export const SAMPLE_MS = 1000;
/** How many: three minutes. */
export const SAMPLES = 180;

/** What only an observer knows. NaN where nobody looked. */
export interface SampledLatency {
  readonly p50: number;
  readonly p99: number;
}

export const UNKNOWN_LATENCY: SampledLatency = { p50: Number.NaN, p99: Number.NaN };

/** How fast the counts grew between the last two samples. */
export interface SampledRates {
  /** How far these were apart. */
  readonly seconds: number;
  readonly started: number;
  readonly refused: number;
  readonly refusedBy: RefusalCounts;
}

export class Sampler {
  readonly #limit: Series = new Series(SAMPLES);
  readonly #inFlight: Series = new Series(SAMPLES);
  readonly #queued: Series = new Series(SAMPLES);
  readonly #started: Series = new Series(SAMPLES);
  readonly #refused: Series = new Series(SAMPLES);
  readonly #p50: Series = new Series(SAMPLES);
  readonly #p99: Series = new Series(SAMPLES);
  #before: ServerView;
  #beforeAt: number;
  #rates: SampledRates;

  constructor(view: ServerView, now: number) {
    this.#before = view;
    this.#beforeAt = now;
    this.#rates = { seconds: 1, started: 0, refused: 0, refusedBy: perSecondBy(view, view, 1) };
  }

  /** Between the last two samples. */
  get rates(): SampledRates {
    return this.#rates;
  }

  sample(view: ServerView, now: number, latency: SampledLatency): void {
    const seconds = Math.max((now - this.#beforeAt) / 1000, 0.001);
    const before = this.#before;
    this.#rates = {
      seconds,
      started: perSecond(view.counts.started, before.counts.started, seconds),
      refused: perSecond(view.counts.refused, before.counts.refused, seconds),
      refusedBy: perSecondBy(view, before, seconds),
    };
    this.#before = view;
    this.#beforeAt = now;
    this.#limit.push(view.limiter.limit);
    this.#inFlight.push(view.limiter.inFlight);
    this.#queued.push(view.limiter.queued);
    this.#started.push(this.#rates.started);
    this.#refused.push(this.#rates.refused);
    this.#p50.push(latency.p50);
    this.#p99.push(latency.p99);
  }

  get history(): History {
    return {
      intervalMs: SAMPLE_MS,
      limit: known(this.#limit),
      inFlight: known(this.#inFlight),
      queued: known(this.#queued),
      startedPerSecond: known(this.#started),
      refusedPerSecond: known(this.#refused),
      p50Ms: known(this.#p50),
      p99Ms: known(this.#p99),
    };
  }
}

/** A server of `sluice/node` that listens again counts from 0. */
function perSecond(count: number, before: number, seconds: number): number {
  return rounded(Math.max(0, count - before) / seconds);
}

function perSecondBy({ limiter }: ServerView, before: ServerView, seconds: number): RefusalCounts {
  return Object.fromEntries(
    refusalReasons.map((reason) => [
      reason,
      perSecond(limiter.refusedBy[reason], before.limiter.refusedBy[reason], seconds),
    ]),
  ) as RefusalCounts;
}

/** To a tenth, since the clock is not finer. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function known(series: Series): (number | null)[] {
  return series.values.map((value) =>
    Number.isNaN(value) ? null : Math.round(value * 1000) / 1000,
  );
}
