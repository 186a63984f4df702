// Finds the limit from the handlers' own time. Where their mean stays near the least mean known, the limit may grow.
// Where it is well above, and those that started among more took longer, requests queue further on, and the limit
// falls. A longer mean alone may be another mix of requests. A ratio alone can't
// see a level that is bad all the time (Netflix/concurrency-limits#137, envoyproxy/envoy#11579), so
// the least mean is measured anew now and then, in a dip: for a moment so few run that nothing can
// queue behind them.

import { LearningLimit, type LimitRange, type Sample } from './algorithm.js';
import { HOPELESS_MS, Pile } from './pile.js';
import { SampleWindow } from './window.js';

/** The limit binds if more than this share of the arrivals found it reached; else it is left alone. */
const BLOCKED_SHARE_CALM = 0.02;
/** How far the mean may be above the base before the limit falls. */
const TOLERANCE = 1.5;
const GRADIENT_MIN = 0.5;
/** Nothing is learnt of a limit far above what was ever in flight. */
const IN_FLIGHT_FACTOR = 2;
const IN_FLIGHT_MARGIN = 10;
/** While the limit does not bind, the base follows a mean above it by so much of the way. */
const BASE_DRIFT = 0.05;

/** The first base is the mean of so many. */
const FIRST_SAMPLES = 32;
/**
 * Requests wait for each other, also below the limit, if more than so many run and take so many times the time they
 * need. Those that started among more must have taken longer, too. So a limit that begins high comes down before it
 * was ever reached.
 */
const PILED_IN_FLIGHT = 32;
const PILED_FACTOR = 2;
/**
 * Behind the first window of all, and behind the second, so many times as many as ran may run where they pile up: nobody
 * knows that more would fit.
 */
const FIRST_ROOMS = [1.5, 1.1];

/** A pile that is hopeless need not wait for the end of a window: it is looked for each so many samples. A power of two. */
const LOOK_SAMPLES = 16;

const DIP_DIVISOR = 4;
const DIP_SAMPLES = 50;
/** Where little can be done, a dip that lasts so long has cost enough, and tells enough with so many. */
const SLOW_DIP_MS = 200;
const SLOW_DIP_SAMPLES = 20;
const REFUTING_SAMPLES = 4;
const DIP_EVERY_MS = 10_000;
/**
 * The first comes soon, and so does the next after one that found the base well below what it was
 * taken for: a server that is saturated from its first request learns a base that has the queue in it,
 * and where a quarter of the limit still queues, so does one dip. Counted in windows, since a dip takes
 * about one, and may cost most of what could be done in it.
 */
const SOON_WINDOWS = 10;
const WELL_BELOW = 0.75;
const DIP_JITTER = 0.2;
const FALLS_BEFORE_DIP = 4;
const WINDOWS_AT_MINIMUM_BEFORE_DIP = 5;

/** More time-outs than this share are overload, whatever the mean says. */
const DROPPED_SHARE_MAX = 0.1;
const BRAKE = 0.9;

export class GradientLimit extends LearningLimit {
  readonly #random: () => number;
  #window: SampleWindow = new SampleWindow();
  #pile: Pile = new Pile();
  /** The least mean handler time known: what a handler takes when it waits for nothing. */
  #baseMs: number = Number.POSITIVE_INFINITY;
  #isSlowStart: boolean = true;
  /** So many are over. */
  #windows: number = 0;
  /**
   * Whether handlers took longer among more, when that could be seen last: not where as many run all the time. It begins
   * as undefined.
   */
  #growsWithNumber: boolean | undefined = undefined;
  #fallsInARow: number = 0;
  #windowsAtMinimum: number = 0;

  /** Samples that started before this belong to another limit. */
  #edgeAt: number = Number.NEGATIVE_INFINITY;
  /** The next dip comes then, or by the number of windows, whichever is known. */
  #dipAt: number = Number.POSITIVE_INFINITY;
  #windowsToDip: number;
  /** What to return to; 0 where there is no dip. */
  #limitBeforeDip: number = 0;
  #limitInDip: number = 0;

  constructor(range: LimitRange, random: () => number) {
    super(range);
    this.#random = random;
    this.#windowsToDip = this.#jittered(SOON_WINDOWS);
  }

  override forget(arrivals: number, blocked: number): void {
    this.limit = Math.max(this.exactLimit, this.#limitBeforeDip);
    this.#limitBeforeDip = 0;
    this.#window = new SampleWindow(arrivals, blocked);
    this.#pile = new Pile();
    this.#baseMs = Number.POSITIVE_INFINITY;
    this.#isSlowStart = true;
    this.#windows = 0;
    this.#growsWithNumber = undefined;
    this.#fallsInARow = 0;
    this.#windowsAtMinimum = 0;
    this.#dipAt = Number.POSITIVE_INFINITY;
    this.#windowsToDip = this.#jittered(SOON_WINDOWS);
    this.reopen();
  }

  override sample(sample: Readonly<Sample>): void {
    if (sample.startedAt < this.#edgeAt) {
      this.#pile.noteEnd(sample.now);
      return;
    }
    const window = this.#window;
    // The pile is gone: its time is none of the dip's.
    if (this.#pile.isGoing && window.samples === 0) window.open(sample);
    window.add(sample);
    if (this.#baseMs === Number.POSITIVE_INFINITY && window.samples >= FIRST_SAMPLES) {
      this.#baseMs = window.meanMs;
    }
    if (this.#limitBeforeDip > 0) this.#measureBase(sample);
    else if (window.isOver(sample.now)) this.#step(sample);
    else if ((window.samples & (LOOK_SAMPLES - 1)) === 0 && this.#isHopeless(sample)) {
      this.#clear(sample);
    }
  }

  #step(sample: Readonly<Sample>): void {
    const window = this.#window;
    if (this.#isHopeless(sample)) {
      this.#clear(sample);
      return;
    }
    const before = this.limit;
    this.#pile.noteWindow(window.paceOfAge(sample.now));
    if (window.numberVaries) this.#growsWithNumber = window.growsWithNumber;
    const binds = window.blockedShare(sample) > BLOCKED_SHARE_CALM;
    if (window.dropped > window.samples * DROPPED_SHARE_MAX) this.limit = this.exactLimit * BRAKE;
    else if (binds) this.limit = this.#followed(window.meanMs);
    else if (this.#isPiledUp) {
      this.limit = this.#followed(window.meanMs);
      const room = FIRST_ROOMS[this.#windows] ?? Number.POSITIVE_INFINITY;
      this.limit = Math.min(this.exactLimit, room * window.inFlightMax);
    } else this.#driftBase(window.meanMs);
    this.#windows++;
    this.#windowsToDip--;
    this.#fallsInARow = this.limit < before ? this.#fallsInARow + 1 : 0;
    this.#windowsAtMinimum = this.limit <= this.min ? this.#windowsAtMinimum + 1 : 0;
    window.open(sample);
    if (binds && this.#isDipDue(sample.now)) this.#beginDip(sample);
  }

  #followed(meanMs: number): number {
    if (this.#growsWithNumber === false) this.#driftBase(meanMs);
    else this.#baseMs = Math.min(this.#baseMs, meanMs);
    const ratio = (TOLERANCE * this.#baseMs) / meanMs;
    const isQueue = this.#growsWithNumber !== false && meanMs > 0;
    const gradient = isQueue ? Math.min(Math.max(ratio, GRADIENT_MIN), 1) : 1;
    if (gradient < 1) this.#isSlowStart = false;
    const limit = this.exactLimit;
    const next = this.#isSlowStart ? 2 * limit : limit * gradient + Math.sqrt(limit);
    return Math.min(next, IN_FLIGHT_FACTOR * this.#window.inFlightMax + IN_FLIGHT_MARGIN);
  }

  get #isPiledUp(): boolean {
    const { inFlightMax, meanMs } = this.#window;
    // Those that end in the first window of all began among few: they tell of a smaller pile than there is.
    const factor = this.#windows === 0 ? TOLERANCE : PILED_FACTOR;
    return (
      inFlightMax > PILED_IN_FLIGHT &&
      meanMs > factor * this.#baseMs &&
      this.#growsWithNumber === true
    );
  }

  /**
   * More and more run, those among more take longer in proportion, and those that start now would end after their clients
   * have left. A wait that is long by itself keeps the pace at which requests come; what is saturated does not.
   */
  #isHopeless({ inFlight, now }: Readonly<Sample>): boolean {
    const window = this.#window;
    return (
      inFlight > PILED_IN_FLIGHT &&
      this.#baseMs < Number.POSITIVE_INFINITY &&
      this.#pile.isHopeless(inFlight, window.pace(now)) &&
      window.msAmong(inFlight) > HOPELESS_MS &&
      window.isOutgrownBy(inFlight) &&
      window.growsWithNumber
    );
  }

  /** Down at once to what the pace is worth, and the base is measured as soon as the pile is gone. */
  #clear(sample: Readonly<Sample>): void {
    const window = this.#window;
    const { inFlight, now } = sample;
    this.#pile.begin(this.exactLimit, inFlight, window.pace(now), now);
    this.#baseMs = Math.min(this.#baseMs, window.meanMs);
    this.limit = Math.min(this.exactLimit, this.#worthOf(this.#pile.pace));
    this.#isSlowStart = false;
    this.#growsWithNumber = true;
    window.open(sample);
    this.#beginDip(sample);
  }

  /** What may run at such a pace if each takes what it may. */
  #worthOf(pace: number): number {
    return TOLERANCE * this.#baseMs * pace;
  }

  #driftBase(meanMs: number): void {
    if (meanMs < this.#baseMs) this.#baseMs = meanMs;
    else this.#baseMs += (meanMs - this.#baseMs) * BASE_DRIFT;
  }

  #isDipDue(now: number): boolean {
    return (
      now >= this.#dipAt ||
      this.#windowsToDip <= 0 ||
      this.#fallsInARow >= FALLS_BEFORE_DIP ||
      this.#windowsAtMinimum >= WINDOWS_AT_MINIMUM_BEFORE_DIP
    );
  }

  #beginDip(sample: Readonly<Sample>): void {
    this.#limitBeforeDip = this.exactLimit;
    this.limit = this.exactLimit / DIP_DIVISOR;
    this.#limitInDip = this.exactLimit;
    this.#edgeAt = sample.now;
  }

  /** Ends the dip once enough is known. Where little is asked for, a slow window is enough. */
  #measureBase(sample: Readonly<Sample>): void {
    const window = this.#window;
    if (!this.#isDipLongEnough(sample.now)) return;
    const isFarOff = window.meanMs < WELL_BELOW * this.#baseMs;
    // Few at once take that long, too: the limit has fallen for nothing.
    if (window.meanMs > TOLERANCE * this.#baseMs) this.#isSlowStart = true;
    this.#windowsToDip = isFarOff ? this.#jittered(SOON_WINDOWS) : Number.POSITIVE_INFINITY;
    this.#baseMs = window.meanMs;
    // Unless somebody set another in the meantime.
    if (this.exactLimit === this.#limitInDip) this.limit = this.#limitAfterDip;
    if (this.#pile.isRefutedBy(this.#baseMs)) this.#growsWithNumber = false;
    this.#pile.end();
    this.#limitBeforeDip = 0;
    this.#edgeAt = sample.now;
    this.#dipAt = sample.now + this.#jittered(DIP_EVERY_MS);
    this.#fallsInARow = 0;
    this.#windowsAtMinimum = 0;
    window.open(sample);
  }

  #isDipLongEnough(now: number): boolean {
    const window = this.#window;
    return (
      window.samples >= DIP_SAMPLES ||
      (window.samples >= SLOW_DIP_SAMPLES && window.ageMs(now) >= SLOW_DIP_MS) ||
      (window.samples >= REFUTING_SAMPLES && this.#pile.isRefutedBy(window.meanMs)) ||
      window.isOver(now)
    );
  }

  get #limitAfterDip(): number {
    const before = this.#limitBeforeDip;
    if (!this.#pile.isGoing) return before;
    if (this.#pile.isRefutedBy(this.#baseMs)) return this.#pile.limitBefore;
    return Math.min(before, this.#worthOf(this.#pile.pace));
  }

  /** Not all servers of a fleet at once. */
  #jittered(ms: number): number {
    return ms * (1 - DIP_JITTER + 2 * DIP_JITTER * this.#random());
  }
}
