// Finds the limit from the handlers' own time: where it stays near the least mean known, the limit
// may grow; where it is well above, requests queue further on, and the limit falls. A ratio alone can't
// see a level that is bad all the time (Netflix/concurrency-limits#137, envoyproxy/envoy#11579), so
// the least mean is measured anew now and then, in a dip: for a moment so few run that nothing can
// queue behind them.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';
import { SampleWindow } from './window.js';

/** The limit binds if more than this share of the arrivals found it reached; else it is left alone. */
const blockedShareCalm = 0.02;
/** How far the mean may be above the base before the limit falls. */
const tolerance = 1.5;
const gradientMin = 0.5;
/** Nothing is learnt of a limit far above what was ever in flight. */
const inFlightFactor = 2;
const inFlightMargin = 10;
/** While the limit does not bind, the base follows a mean above it by so much of the way. */
const baseDrift = 0.05;

/** The first base is the mean of so many. */
const firstSamples = 32;
/**
 * Where more than so many run, and take as many times as long as they need, they wait for each other
 * whether the limit binds or not: a limit that begins high comes down before it was ever reached.
 */
const piledInFlight = 32;
const piledFactor = 2;

const dipDivisor = 4;
const dipSamples = 50;
const dipEveryMs = 10_000;
/**
 * The first comes soon, and so does the next after one that found the base well below what it was
 * taken for: a server that is saturated from its first request learns a base that has the queue in it,
 * and where a quarter of the limit still queues, so does one dip. Counted in windows, since a dip takes
 * about one, and may cost most of what could be done in it.
 */
const soonWindows = 10;
const wellBelow = 0.75;
const dipJitter = 0.2;
const fallsBeforeDip = 4;
const windowsAtMinimumBeforeDip = 5;

/** More time-outs than this share are overload, whatever the mean says. */
const droppedShareMax = 0.1;
const brake = 0.9;

export class GradientLimit extends LearningLimit {
  private readonly random: () => number;
  private readonly window: SampleWindow = new SampleWindow();
  /** The least mean handler time known: what a handler takes when it waits for nothing. */
  private baseMs: number = Number.POSITIVE_INFINITY;
  private isSlowStart: boolean = true;
  private fallsInARow: number = 0;
  private windowsAtMinimum: number = 0;

  /** Samples that started before this belong to another limit. */
  private edgeAt: number = Number.NEGATIVE_INFINITY;
  /** The next dip comes then, or by the number of windows, whichever is known. */
  private dipAt: number = Number.POSITIVE_INFINITY;
  private windowsToDip: number;
  /** What to return to; 0 where there is no dip. */
  private limitBeforeDip: number = 0;
  private limitInDip: number = 0;

  constructor(range: LimitRange, random: () => number) {
    super(range);
    this.random = random;
    this.windowsToDip = this.jittered(soonWindows);
  }

  override sample(sample: Readonly<Sample>): void {
    if (sample.startedAt < this.edgeAt) return;
    this.window.add(sample);
    const { window } = this;
    if (this.baseMs === Number.POSITIVE_INFINITY && window.samples >= firstSamples) {
      this.baseMs = window.meanMs;
    }
    if (this.limitBeforeDip > 0) this.measureBase(sample);
    else if (window.isOver(sample.now)) this.step(sample);
  }

  private step(sample: Readonly<Sample>): void {
    const { window } = this;
    const before = this.limit;
    const binds = window.blockedShare(sample) > blockedShareCalm;
    if (window.dropped > window.samples * droppedShareMax) this.limit = this.exactLimit * brake;
    else if (binds || this.isPiledUp) this.limit = this.followed(window.meanMs);
    else this.driftBase(window.meanMs);
    this.windowsToDip--;
    this.fallsInARow = this.limit < before ? this.fallsInARow + 1 : 0;
    this.windowsAtMinimum = this.limit <= this.min ? this.windowsAtMinimum + 1 : 0;
    window.open(sample);
    if (binds && this.isDipDue(sample.now)) this.beginDip(sample);
  }

  private followed(meanMs: number): number {
    this.baseMs = Math.min(this.baseMs, meanMs);
    const ratio = (tolerance * this.baseMs) / meanMs;
    const gradient = meanMs > 0 ? Math.min(Math.max(ratio, gradientMin), 1) : 1;
    if (gradient < 1) this.isSlowStart = false;
    const limit = this.exactLimit;
    const next = this.isSlowStart ? 2 * limit : limit * gradient + Math.sqrt(limit);
    return Math.min(next, inFlightFactor * this.window.inFlightMax + inFlightMargin);
  }

  private get isPiledUp(): boolean {
    const { inFlightMax, meanMs } = this.window;
    return inFlightMax > piledInFlight && meanMs > piledFactor * this.baseMs;
  }

  private driftBase(meanMs: number): void {
    if (meanMs < this.baseMs) this.baseMs = meanMs;
    else this.baseMs += (meanMs - this.baseMs) * baseDrift;
  }

  private isDipDue(now: number): boolean {
    return (
      now >= this.dipAt ||
      this.windowsToDip <= 0 ||
      this.fallsInARow >= fallsBeforeDip ||
      this.windowsAtMinimum >= windowsAtMinimumBeforeDip
    );
  }

  private beginDip(sample: Readonly<Sample>): void {
    this.limitBeforeDip = this.exactLimit;
    this.limit = this.exactLimit / dipDivisor;
    this.limitInDip = this.exactLimit;
    this.edgeAt = sample.now;
  }

  /** Ends the dip once enough is known. Where little is asked for, a slow window is enough. */
  private measureBase(sample: Readonly<Sample>): void {
    const { window } = this;
    if (window.samples < dipSamples && !window.isOver(sample.now)) return;
    const isFarOff = window.meanMs < wellBelow * this.baseMs;
    this.windowsToDip = isFarOff ? this.jittered(soonWindows) : Number.POSITIVE_INFINITY;
    this.baseMs = window.meanMs;
    // Unless somebody set another in the meantime.
    if (this.exactLimit === this.limitInDip) this.limit = this.limitBeforeDip;
    this.limitBeforeDip = 0;
    this.edgeAt = sample.now;
    this.dipAt = sample.now + this.jittered(dipEveryMs);
    this.fallsInARow = 0;
    this.windowsAtMinimum = 0;
    window.open(sample);
  }

  /** Not all servers of a fleet at once. */
  private jittered(ms: number): number {
    return ms * (1 - dipJitter + 2 * dipJitter * this.random());
  }
}
