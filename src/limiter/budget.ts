// How long handlers may run before the event loop goes on, and how long sockets are read before a
// backlog is served. A turn begins when the limiter's `turn` is called, after the I/O at hand.

/** Handler time for each turn of the event loop; what comes later waits for the next turn. */
export const tickMs = 5;
/**
 * After a turn whose budget was used up, sockets are read for up to this long before the backlog
 * is served: Node accepts one connection a turn, and a server that spends every turn on handlers
 * starves its own accept queue.
 */
export const intakeMs = 5;
/** As many turns in a row that brought nothing end the intake early. */
export const quietTurnsMax = 2;
// A turn is asked for, so that the budget begins anew, once this much of it is spent: asking on each
// start would cost more than a short handler does.
const spentWorthATurnMs = tickMs / 10;
/**
 * The share of the time that passes between two turns which handlers get back, where each turn
 * brings new requests. One request a turn, each started at once, would else never use up a budget,
 * and who waits to be accepted would wait unseen, in the kernel.
 */
const returnedShare = 0.25;
/** Handlers that compute for longer than this after an await are started one a turn. */
const aftermathMsMax = 0.1;
/** Less is none. Falling on and on it would become denormal, and a step with such a number takes the processor as long as fifty others. */
const aftermathMsMin = 0.001;

export class Budget {
  /** The latest time that was told. It begins as no integer, to be a double for V8. */
  now: number = Number.NEGATIVE_INFINITY;
  /** Handler time that has not been given back. */
  private spentMs: number = Number.MIN_VALUE;
  private turnBeganAt: number = Number.NEGATIVE_INFINITY;
  /** Sockets are read, and no handler starts. */
  private isIntake: boolean = false;
  private intakeEndsAt: number = Number.NEGATIVE_INFINITY;
  private quietTurns: number = 0;
  private offeredBefore: number = 0;
  /** The request started last, if nothing was told of since. */
  private lastStarted: object | null = null;
  private lastStartedAt: number = Number.NEGATIVE_INFINITY;
  /** What handlers that end with nothing between took after their start; falls where they do not. */
  private aftermathMs: number = Number.MIN_VALUE;
  private readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  get isSpent(): boolean {
    return this.isIntake || this.spentMs >= tickMs;
  }

  /** True once it is worth a turn of the event loop to begin anew. */
  get wantsTurn(): boolean {
    return this.isIntake || this.spentMs >= spentWorthATurnMs;
  }

  /**
   * True where the request just started will go on computing when the microtasks run: to start
   * more before that would promise time that is already taken.
   */
  get waitsForAftermath(): boolean {
    return this.lastStarted !== null && this.aftermathMs > aftermathMsMax;
  }

  tell(now: number): void {
    if (now > this.now) this.now = now;
  }

  /**
   * Counts the time since `since`. A handler that ended inline told it with its release; where
   * nobody did, the clock is asked.
   */
  spend(since: number): void {
    if (this.now === since) this.tell(this.clock());
    this.spentMs += this.now - since;
  }

  /** `request` was started and has not ended. */
  noteStart(request: object): void {
    this.lastStarted = request;
    this.lastStartedAt = this.now;
  }

  /** Something else happened: what passes from here on is not known to be the handler's. */
  noteEvent(): void {
    this.lastStarted = null;
  }

  /** `request` has ended, as was told with the time. Time from its start on in which nothing else happened was its own. */
  noteEnd(request: object): void {
    if (request === this.lastStarted) {
      const ownMs = this.now - this.lastStartedAt;
      this.spentMs += ownMs;
      this.aftermathMs += (ownMs - this.aftermathMs) / 8;
    } else if (this.aftermathMs > aftermathMsMin) {
      this.aftermathMs *= 7 / 8;
    }
    this.lastStarted = null;
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
    const isQuiet = offered === this.offeredBefore;
    const passedMs = this.now - this.turnBeganAt;
    this.turnBeganAt = this.now;
    this.offeredBefore = offered;
    if (this.isIntake) {
      this.quietTurns = isQuiet ? this.quietTurns + 1 : 0;
      if (this.now < this.intakeEndsAt && this.quietTurns < quietTurnsMax) return true;
      this.isIntake = false;
      this.spentMs = 0;
    } else if (this.spentMs >= tickMs) {
      this.isIntake = true;
      this.intakeEndsAt = this.now + intakeMs;
      this.quietTurns = 0;
      return true;
    } else {
      this.spentMs = isQuiet ? 0 : Math.max(0, this.spentMs - returnedShare * passedMs);
    }
    return false;
  }
}
