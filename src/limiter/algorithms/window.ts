// The samples between two steps of an algorithm that steps by windows.

import type { Sample } from './algorithm.js';

/** A window is over once it is this long and holds as many samples, */
const WINDOW_MS = 100;
const WINDOW_SAMPLES = 50;
/** or where little is asked for, after this long with fewer. */
const SLOW_WINDOW_MS = 1000;
const SLOW_WINDOW_SAMPLES = 5;

/** What is no chance: three standard errors of the slope, squared. */
const CHANCE = 9;
/**
 * A queue makes time grow with the number of those who wait, in proportion at most. What grows less is mostly something
 * else, and what grows by more as well: where long and short requests are mixed, those that end together began at different
 * times, and among another number.
 */
const PROPORTION_MIN = 0.5;
const PROPORTION_MAX = 1.5;
/** Of their mean: numbers that vary by less say nothing of what depends on them. */
const VARIES = 0.02;
/** More start than end, and not by chance. */
const OUTGROWN = 1.25;

export class SampleWindow {
  samples: number = 0;
  dropped: number = 0;
  inFlightMax: number = 0;
  #sumMs: number = Number.MIN_VALUE;
  #squaredMs: number = Number.MIN_VALUE;
  #among: number = Number.MIN_VALUE;
  #amongSquared: number = Number.MIN_VALUE;
  #amongMs: number = Number.MIN_VALUE;
  /**
   * The last samples that started among as many: `#runAmong`. The sums over numbers hold what came before them.
   * For most requests only two sums of times are added to.
   */
  #runAmong: number = 0;
  #samplesBeforeRun: number = 0;
  #msBeforeRun: number = Number.MIN_VALUE;
  #opensAt: number = Number.NEGATIVE_INFINITY;
  /** As it opens, or at the first end: what started before says nothing of the pace. */
  #endsFrom: number = Number.NaN;
  #arrivalsBefore: number;
  #blockedBefore: number;

  /**
   * The first sample opens it.
   *
   * @param arrivals - before it
   * @param blocked - before it
   */
  constructor(arrivals = 0, blocked = 0) {
    this.#arrivalsBefore = arrivals;
    this.#blockedBefore = blocked;
  }

  /** Begins anew, with what is in `sample` left out. */
  open(sample: Readonly<Sample>): void {
    this.samples = 0;
    this.dropped = 0;
    this.inFlightMax = 0;
    this.#sumMs = 0;
    this.#squaredMs = 0;
    this.#among = 0;
    this.#amongSquared = 0;
    this.#amongMs = 0;
    this.#samplesBeforeRun = 0;
    this.#msBeforeRun = 0;
    this.#opensAt = sample.now;
    this.#endsFrom = sample.now;
    this.#arrivalsBefore = sample.arrivals;
    this.#blockedBefore = sample.blocked;
  }

  add(sample: Readonly<Sample>): void {
    if (this.#opensAt === Number.NEGATIVE_INFINITY) this.#openAtFirst(sample);
    const { durationMs, among } = sample;
    if (among !== this.#runAmong) this.#beginRun(among);
    this.samples++;
    this.#sumMs += durationMs;
    this.#squaredMs += durationMs * durationMs;
    if (sample.dropped) this.dropped++;
    if (sample.inFlight > this.inFlightMax) this.inFlightMax = sample.inFlight;
  }

  #openAtFirst({ startedAt, now }: Readonly<Sample>): void {
    this.#opensAt = startedAt;
    this.#endsFrom = now;
  }

  #beginRun(among: number): void {
    this.#endRun();
    this.#runAmong = among;
  }

  #endRun(): void {
    const among = this.#runAmong;
    const samples = this.samples - this.#samplesBeforeRun;
    this.#among += among * samples;
    this.#amongSquared += among * among * samples;
    this.#amongMs += among * (this.#sumMs - this.#msBeforeRun);
    this.#samplesBeforeRun = this.samples;
    this.#msBeforeRun = this.#sumMs;
  }

  ageMs(now: number): number {
    return now - this.#opensAt;
  }

  /** Ends a millisecond while any could end: not as long as the first handlers of all ran. */
  pace(now: number): number {
    return this.samples / (now - this.#endsFrom);
  }

  /** Ends a millisecond of its whole age. Handlers that began together may end together: that is no pace to go by later. */
  paceOfAge(now: number): number {
    return this.samples / this.ageMs(now);
  }

  /** Far more run now than did, on average, when these started. */
  isOutgrownBy(inFlight: number): boolean {
    this.#endRun();
    return inFlight * this.samples > OUTGROWN * this.#among;
  }

  /** What it takes among as many, if time grows in proportion to the number. */
  msAmong(inFlight: number): number {
    this.#endRun();
    return (inFlight * this.#sumMs) / this.#among;
  }

  isOver(now: number): boolean {
    const ageMs = this.ageMs(now);
    return (
      (ageMs >= WINDOW_MS && this.samples >= WINDOW_SAMPLES) ||
      (ageMs >= SLOW_WINDOW_MS && this.samples >= SLOW_WINDOW_SAMPLES)
    );
  }

  get meanMs(): number {
    return this.#sumMs / this.samples;
  }

  /**
   * Those that started among more took longer: by a line through all of them, beyond chance, and about in proportion to
   * the number. Where they would take it anyway, there is no such line.
   */
  get growsWithNumber(): boolean {
    this.#endRun();
    const { samples } = this;
    const ofNumber = this.#ofNumber;
    const ofTime = this.#squaredMs - (this.#sumMs * this.#sumMs) / samples;
    const ofBoth = this.#amongMs - (this.#among * this.#sumMs) / samples;
    // The numbers are whole: below this it is rounding, and as many ran beside each.
    if (ofNumber < 0.5) return false;
    const isChance =
      ofBoth * ofBoth * (samples - 2) < CHANCE * (ofNumber * ofTime - ofBoth * ofBoth);
    const proportion = ((ofBoth / ofNumber) * this.#among) / this.#sumMs;
    return !isChance && proportion >= PROPORTION_MIN && proportion <= PROPORTION_MAX;
  }

  /** So many more ran beside some than beside others that {@link growsWithNumber} says something. */
  get numberVaries(): boolean {
    this.#endRun();
    return this.#ofNumber * this.samples > (VARIES * this.#among) ** 2;
  }

  get #ofNumber(): number {
    return this.#amongSquared - (this.#among * this.#among) / this.samples;
  }

  /** The share of arrivals since it opened that found the limit reached. */
  blockedShare(sample: Readonly<Sample>): number {
    const arrivals = sample.arrivals - this.#arrivalsBefore;
    return arrivals === 0 ? 0 : (sample.blocked - this.#blockedBefore) / arrivals;
  }
}
