// What finds the limit: told of each handler that is done, it says how many may run at once. It
// has no clock and no timer; all it learns comes with the samples.

/** One object serves all samples: an algorithm copies what it keeps. */
export interface Sample {
  /** When the handler started. */
  startedAt: number;
  /** Its own time, without the waits for its peer. */
  durationMs: number;
  /** How many ran when it started, itself among them. */
  among: number;
  /** How many ran when it ended, itself among them. */
  inFlight: number;
  /** It timed out: a sign of overload by itself. */
  dropped: boolean;
  now: number;
  /** Requests offered so far, and those among them that found the limit reached. */
  arrivals: number;
  blocked: number;
}

export interface LimitAlgorithm {
  /** Handlers that may run at once: an integer of at least 1. Writing it begins again from there. */
  limit: number;
  /** False where samples change nothing and need not be given. */
  readonly learns: boolean;
  sample(sample: Readonly<Sample>): void;
  /** What it found may be over: it begins again from where it began, if that is more. */
  reopen(): void;
  /**
   * So may be all that it learnt on the way: nothing has run for long. It begins as at first, if not from less than it has.
   *
   * @param arrivals - so far, as in a sample
   * @param blocked - so far, as in a sample
   */
  forget(arrivals: number, blocked: number): void;
}

export interface LimitRange {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** A limit that is steered in fractions, within its range, and told in integers. */
export abstract class LearningLimit implements LimitAlgorithm {
  readonly learns: boolean = true;
  protected readonly min: number;
  protected readonly max: number;
  readonly #initial: number;
  #exact: number;
  /** The same as an integer. Each end of a handler asks for it. */
  #whole: number;

  constructor(range: LimitRange) {
    this.min = range.min;
    this.max = range.max;
    this.#initial = range.initial;
    this.#exact = range.initial;
    this.#whole = Math.floor(range.initial);
  }

  get limit(): number {
    return this.#whole;
  }

  set limit(limit: number) {
    this.#exact = Math.min(Math.max(limit, this.min), this.max);
    this.#whole = Math.floor(this.#exact);
  }

  protected get exactLimit(): number {
    return this.#exact;
  }

  reopen(): void {
    if (this.#exact < this.#initial) this.limit = this.#initial;
  }

  forget(_arrivals: number, _blocked: number): void {
    this.reopen();
  }

  abstract sample(sample: Readonly<Sample>): void;
}
