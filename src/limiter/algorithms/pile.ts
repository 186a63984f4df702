// More run than can end while their clients wait. By Little's law one that starts now takes as long as those that run
// need to end, at the pace at which they do. The pile goes away at the pace of what is saturated: what that is worth is
// known best then.

/** Who would end later than this, ends for nobody: clients wait no longer. */
export const HOPELESS_MS = 500;
/** Of the best pace of the windows before so much is kept with each: a wait that grows for a moment is no slower pace. */
const KEPT_PER_WINDOW = 0.8;
/** Fewer ends don't tell how fast a pile goes away. */
const ENDS_TO_KNOW = 16;
/** Of what was foreseen. */
const REFUTED = 0.5;

/** A pace is told in ends a millisecond. */
export class Pile {
  /** What is left of it runs, and no more start than a dip allows. */
  isGoing: boolean = false;
  /** At which it goes away: as it was when it was seen, until it is known. */
  pace: number = Number.MIN_VALUE;
  /** The limit that it came under. */
  limitBefore: number = Number.MIN_VALUE;
  #foreseenMs: number = Number.MIN_VALUE;
  #bestPace: number = Number.MIN_VALUE;
  #ends: number = 0;
  #goesFrom: number = Number.NaN;

  /** A window is over. */
  noteWindow(pace: number): void {
    this.#bestPace = Math.max(pace, KEPT_PER_WINDOW * this.#bestPace);
  }

  /** Few that take so long after it has gone: it was none, and a wait has become long by itself. */
  isRefutedBy(ms: number): boolean {
    return this.isGoing && ms > REFUTED * this.#foreseenMs;
  }

  /** Would one that starts beside as many end too late, at this pace and at the best of late? */
  isHopeless(inFlight: number, pace: number): boolean {
    return inFlight > HOPELESS_MS * Math.max(pace, this.#bestPace);
  }

  /** It comes under a limit, of so many. */
  begin(limit: number, inFlight: number, pace: number, now: number): void {
    this.isGoing = true;
    this.limitBefore = limit;
    this.pace = Math.max(pace, this.#bestPace);
    this.#foreseenMs = inFlight / this.pace;
    this.#ends = 0;
    this.#goesFrom = now;
  }

  /** One of those that ran when it began has ended. */
  noteEnd(now: number): void {
    if (!this.isGoing) return;
    this.#ends++;
    if (this.#ends >= ENDS_TO_KNOW && now > this.#goesFrom)
      this.pace = this.#ends / (now - this.#goesFrom);
  }

  end(): void {
    this.isGoing = false;
  }
}
