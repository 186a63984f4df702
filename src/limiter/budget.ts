// How long handlers may run before the event loop goes on, and how long sockets are read before a
// backlog is served. A turn begins when the limiter's `turn` is called, after the I/O at hand.

import { REST_MS } from './slots.js';

/** Handler time for each turn of the event loop; what comes later waits for the next turn. */
export const TICK_MS = 5;
/**
 * After a turn whose budget was used up, sockets are read for up to this long before the backlog
 * is served: Node accepts one connection a turn, and a server that spends every turn on handlers
 * starves its own accept queue.
 */
export const INTAKE_MS = 5;
/** As many turns in a row that brought nothing end the intake early. */
export const QUIET_TURNS_MAX = 2;
// A turn is asked for, so that the budget begins anew, once this much of it is spent: asking on each
// start would cost more than a short handler does.
const SPENT_WORTH_ATURN_MS = TICK_MS / 10;
/**
 * The share of the time that passes between two turns which handlers get back, where each turn
 * brings new requests. One request a turn, each started at once, would else never use up a budget,
 * and who waits to be accepted would wait unseen, in the kernel.
 */
const RETURNED_SHARE = 0.25;
/** Handlers that compute for longer than this after an await are started one a turn. */
const AFTERMATH_MS_MAX = 0.1;
/** Less is none. Falling on and on it would become denormal, and a step with such a number takes the processor as long as fifty others. */
const AFTERMATH_MS_MIN = 0.001;

export class Budget {
  /** The latest time that was told. It begins as no integer, to be a double for V8. */
  now: number = Number.NEGATIVE_INFINITY;
  /** Handler time that has not been given back. */
  #spentMs: number = Number.MIN_VALUE;
  #turnBeganAt: number = Number.NEGATIVE_INFINITY;
  /** Sockets are read, and no handler starts. */
  #isIntake: boolean = false;
  #intakeEndsAt: number = Number.NEGATIVE_INFINITY;
  #quietTurns: number = 0;
  #offeredBefore: number = 0;
  /** Nothing was told of since the last start. */
  #isAlone: boolean = false;
  #lastStartedAt: number = Number.NEGATIVE_INFINITY;
  /** What handlers that end with nothing between took after their start; falls where they do not. */
  #aftermathMs: number = Number.MIN_VALUE;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get isSpent(): boolean {
    return this.#isIntake || this.#spentMs >= TICK_MS;
  }

  /** True once it is worth a turn of the event loop to begin anew. */
  get wantsTurn(): boolean {
    return this.#isIntake || this.#spentMs >= SPENT_WORTH_ATURN_MS;
  }

  /**
   * True where the request just started will go on computing when the microtasks run: to start
   * more before that would promise time that is already taken.
   */
  get waitsForAftermath(): boolean {
    return this.#isAlone && this.#aftermathMs > AFTERMATH_MS_MAX;
  }

  tell(now: number): void {
    if (now > this.now) this.now = now;
  }

  /**
   * Counts the time since `since`. A handler that ended inline told it with its release; where
   * nobody did, the clock is asked.
   */
  spend(since: number): void {
    if (this.now === since) this.tell(this.#clock());
    this.#spentMs += this.now - since;
  }

  /** A request was started and has not ended. */
  noteStart(): void {
    if (this.now - this.#lastStartedAt >= REST_MS) this.#aftermathMs = Number.MIN_VALUE;
    this.#isAlone = true;
    this.#lastStartedAt = this.now;
  }

  /** Something else happened: what passes from here on is not known to be the handler's. */
  noteEvent(): void {
    this.#isAlone = false;
  }

  /**
   * A request has ended, as was told with the time. Time from its start on in which nothing else happened was
   * its own.
   *
   * @param isLatest - it is the one that was started last
   */
  noteEnd(isLatest: boolean): void {
    if (isLatest && this.#isAlone) {
      const ownMs = this.now - this.#lastStartedAt;
      this.#spentMs += ownMs;
      this.#aftermathMs += (ownMs - this.#aftermathMs) / 8;
    } else if (this.#aftermathMs > AFTERMATH_MS_MIN) {
      this.#aftermathMs *= 7 / 8;
    }
    this.#isAlone = false;
  }

  /**
   * Begins a turn. True while sockets are to be read and no handler is to start.
   *
   * The intake follows a budget that was used up, and nothing else: then the event loop is what is
   * short. Where slots are, each that comes free is filled at once.
   *
   * @param offered - requests offered so far: a turn that brought none is quiet
   */
  beginTurn(offered: number): boolean {
    const isQuiet = offered === this.#offeredBefore;
    const passedMs = this.now - this.#turnBeganAt;
    this.#turnBeganAt = this.now;
    this.#offeredBefore = offered;
    if (this.#isIntake) {
      this.#quietTurns = isQuiet ? this.#quietTurns + 1 : 0;
      if (this.now < this.#intakeEndsAt && this.#quietTurns < QUIET_TURNS_MAX) return true;
      this.#isIntake = false;
      this.#spentMs = 0;
    } else if (this.#spentMs >= TICK_MS) {
      this.#isIntake = true;
      this.#intakeEndsAt = this.now + INTAKE_MS;
      this.#quietTurns = 0;
      return true;
    } else {
      this.#spentMs = isQuiet ? 0 : Math.max(0, this.#spentMs - RETURNED_SHARE * passedMs);
    }
    return false;
  }
}
