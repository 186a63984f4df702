// The gradient controller of Envoy's adaptive concurrency filter, with its defaults: medians of
// windows of 100 ms against a least time that is measured each minute with three in flight. For
// comparison in simulations.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';

const windowMs = 100;
const leastEveryMs = 60_000;
const leastJitter = 0.15;
const leastSamples = 50;
const leastLimit = 3;
const buffer = 0.25;
const gradientMin = 0.5;
const gradientMax = 2;
const windowsAtMinimumMax = 5;

export class EnvoyGradientLimit extends LearningLimit {
  private readonly random: () => number;
  private readonly durations: number[] = [];
  private windowEndsAt: number = Number.NEGATIVE_INFINITY;
  private leastMs: number = Number.NaN;
  private leastDueAt: number = Number.NEGATIVE_INFINITY;
  private edgeAt: number = Number.NEGATIVE_INFINITY;
  private windowsAtMinimum: number = 0;
  /** What to return to; 0 while the least time is not being measured. */
  private limitBefore: number = 0;

  constructor(range: LimitRange, random: () => number) {
    super(range);
    this.random = random;
  }

  override sample({ startedAt, durationMs, now }: Readonly<Sample>): void {
    if (startedAt < this.edgeAt) return;
    if (this.limitBefore === 0 && now >= this.leastDueAt) {
      this.beginMeasuring(now);
      return;
    }
    this.durations.push(durationMs);
    if (this.limitBefore > 0) {
      if (this.durations.length >= leastSamples) this.endMeasuring(now);
    } else if (now >= this.windowEndsAt) this.step(now);
  }

  private step(now: number): void {
    const ratio = (this.leastMs * (1 + buffer)) / this.takeMedian();
    const followed = this.exactLimit * Math.min(Math.max(ratio, gradientMin), gradientMax);
    this.limit = followed + Math.sqrt(followed);
    this.windowEndsAt = now + windowMs;
    this.windowsAtMinimum = this.limit <= this.min ? this.windowsAtMinimum + 1 : 0;
    if (this.windowsAtMinimum >= windowsAtMinimumMax) this.beginMeasuring(now);
  }

  private beginMeasuring(now: number): void {
    this.limitBefore = this.exactLimit;
    this.limit = leastLimit;
    this.edgeAt = now;
    this.durations.length = 0;
  }

  private endMeasuring(now: number): void {
    this.leastMs = this.takeMedian();
    this.limit = this.limitBefore;
    this.limitBefore = 0;
    this.windowsAtMinimum = 0;
    this.edgeAt = now;
    this.windowEndsAt = now + windowMs;
    this.leastDueAt = now + leastEveryMs * (1 + leastJitter * this.random());
  }

  private takeMedian(): number {
    this.durations.sort((a, b) => a - b);
    const median = this.durations[this.durations.length >> 1] ?? Number.NaN;
    this.durations.length = 0;
    return median;
  }
}
