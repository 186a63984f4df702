// The gradient controller of Envoy's adaptive concurrency filter, with its defaults: medians of
// windows of 100 ms against a least time that is measured each minute with three in flight. For
// comparison in simulations.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';

const WINDOW_MS = 100;
const LEAST_EVERY_MS = 60_000;
const LEAST_JITTER = 0.15;
const LEAST_SAMPLES = 50;
const LEAST_LIMIT = 3;
const BUFFER = 0.25;
const GRADIENT_MIN = 0.5;
const GRADIENT_MAX = 2;
const WINDOWS_AT_MINIMUM_MAX = 5;

export class EnvoyGradientLimit extends LearningLimit {
  readonly #random: () => number;
  readonly #durations: number[] = [];
  #windowEndsAt: number = Number.NEGATIVE_INFINITY;
  #leastMs: number = Number.NaN;
  #leastDueAt: number = Number.NEGATIVE_INFINITY;
  #edgeAt: number = Number.NEGATIVE_INFINITY;
  #windowsAtMinimum: number = 0;
  /** What to return to; 0 while the least time is not being measured. */
  #limitBefore: number = 0;

  constructor(range: LimitRange, random: () => number) {
    super(range);
    this.#random = random;
  }

  override sample({ startedAt, durationMs, now }: Readonly<Sample>): void {
    if (startedAt < this.#edgeAt) return;
    if (this.#limitBefore === 0 && now >= this.#leastDueAt) {
      this.#beginMeasuring(now);
      return;
    }
    this.#durations.push(durationMs);
    if (this.#limitBefore > 0) {
      if (this.#durations.length >= LEAST_SAMPLES) this.#endMeasuring(now);
    } else if (now >= this.#windowEndsAt) this.#step(now);
  }

  #step(now: number): void {
    const ratio = (this.#leastMs * (1 + BUFFER)) / this.#takeMedian();
    const followed = this.exactLimit * Math.min(Math.max(ratio, GRADIENT_MIN), GRADIENT_MAX);
    this.limit = followed + Math.sqrt(followed);
    this.#windowEndsAt = now + WINDOW_MS;
    this.#windowsAtMinimum = this.limit <= this.min ? this.#windowsAtMinimum + 1 : 0;
    if (this.#windowsAtMinimum >= WINDOWS_AT_MINIMUM_MAX) this.#beginMeasuring(now);
  }

  #beginMeasuring(now: number): void {
    this.#limitBefore = this.exactLimit;
    this.limit = LEAST_LIMIT;
    this.#edgeAt = now;
    this.#durations.length = 0;
  }

  #endMeasuring(now: number): void {
    this.#leastMs = this.#takeMedian();
    this.limit = this.#limitBefore;
    this.#limitBefore = 0;
    this.#windowsAtMinimum = 0;
    this.#edgeAt = now;
    this.#windowEndsAt = now + WINDOW_MS;
    this.#leastDueAt = now + LEAST_EVERY_MS * (1 + LEAST_JITTER * this.#random());
  }

  #takeMedian(): number {
    this.#durations.sort((a, b) => a - b);
    const median = this.#durations[this.#durations.length >> 1] ?? Number.NaN;
    this.#durations.length = 0;
    return median;
  }
}
