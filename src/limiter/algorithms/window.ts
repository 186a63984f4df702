// The samples between two steps of an algorithm that steps by windows.

import type { Sample } from './algorithm.js';

/** A window is over once it is this long and holds as many samples, */
const windowMs = 100;
const windowSamples = 50;
/** or where little is asked for, after this long with fewer. */
const slowWindowMs = 1000;
const slowWindowSamples = 5;

export class SampleWindow {
  samples: number = 0;
  dropped: number = 0;
  inFlightMax: number = 0;
  private sumMs: number = Number.MIN_VALUE;
  private opensAt: number = Number.NEGATIVE_INFINITY;
  private arrivalsBefore: number = 0;
  private blockedBefore: number = 0;

  /** Begins anew, with what is in `sample` left out. */
  open(sample: Readonly<Sample>): void {
    this.samples = 0;
    this.dropped = 0;
    this.inFlightMax = 0;
    this.sumMs = 0;
    this.opensAt = sample.now;
    this.arrivalsBefore = sample.arrivals;
    this.blockedBefore = sample.blocked;
  }

  add(sample: Readonly<Sample>): void {
    if (this.opensAt === Number.NEGATIVE_INFINITY) this.opensAt = sample.startedAt;
    this.samples++;
    this.sumMs += sample.durationMs;
    if (sample.dropped) this.dropped++;
    if (sample.inFlight > this.inFlightMax) this.inFlightMax = sample.inFlight;
  }

  isOver(now: number): boolean {
    const ageMs = now - this.opensAt;
    return (
      (ageMs >= windowMs && this.samples >= windowSamples) ||
      (ageMs >= slowWindowMs && this.samples >= slowWindowSamples)
    );
  }

  get meanMs(): number {
    return this.sumMs / this.samples;
  }

  /** The share of arrivals since it opened that found the limit reached. */
  blockedShare(sample: Readonly<Sample>): number {
    const arrivals = sample.arrivals - this.arrivalsBefore;
    return arrivals === 0 ? 0 : (sample.blocked - this.blockedBefore) / arrivals;
  }
}
