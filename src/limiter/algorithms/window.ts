// The samples between two steps of an algorithm that steps by windows.

import type { Sample } from './algorithm.js';

/** A window is over once it is this long and holds as many samples, */
const WINDOW_MS = 100;
const WINDOW_SAMPLES = 50;
/** or where little is asked for, after this long with fewer. */
const SLOW_WINDOW_MS = 1000;
const SLOW_WINDOW_SAMPLES = 5;

export class SampleWindow {
  samples: number = 0;
  dropped: number = 0;
  inFlightMax: number = 0;
  #sumMs: number = Number.MIN_VALUE;
  #opensAt: number = Number.NEGATIVE_INFINITY;
  #arrivalsBefore: number = 0;
  #blockedBefore: number = 0;

  /** Begins anew, with what is in `sample` left out. */
  open(sample: Readonly<Sample>): void {
    this.samples = 0;
    this.dropped = 0;
    this.inFlightMax = 0;
    this.#sumMs = 0;
    this.#opensAt = sample.now;
    this.#arrivalsBefore = sample.arrivals;
    this.#blockedBefore = sample.blocked;
  }

  add(sample: Readonly<Sample>): void {
    if (this.#opensAt === Number.NEGATIVE_INFINITY) this.#opensAt = sample.startedAt;
    this.samples++;
    this.#sumMs += sample.durationMs;
    if (sample.dropped) this.dropped++;
    if (sample.inFlight > this.inFlightMax) this.inFlightMax = sample.inFlight;
  }

  isOver(now: number): boolean {
    const ageMs = now - this.#opensAt;
    return (
      (ageMs >= WINDOW_MS && this.samples >= WINDOW_SAMPLES) ||
      (ageMs >= SLOW_WINDOW_MS && this.samples >= SLOW_WINDOW_SAMPLES)
    );
  }

  get meanMs(): number {
    return this.#sumMs / this.samples;
  }

  /** The share of arrivals since it opened that found the limit reached. */
  blockedShare(sample: Readonly<Sample>): number {
    const arrivals = sample.arrivals - this.#arrivalsBefore;
    return arrivals === 0 ? 0 : (sample.blocked - this.#blockedBefore) / arrivals;
  }
}
