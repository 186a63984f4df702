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

export class Budget {
  /** The latest time that was told. It begins as no integer, to be a double for V8. */
  now: number = Number.NEGATIVE_INFINITY;
  /** Handler time since the turn began. */
  private spentMs: number = Number.MIN_VALUE;
  private intakeEndsAt: number = Number.NEGATIVE_INFINITY;
  private quietTurns: number = 0;
  private offeredBefore: number = 0;
  private readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  get isSpent(): boolean {
    return this.spentMs >= tickMs;
  }

  /** True once it is worth a turn of the event loop to begin anew. */
  get wantsTurn(): boolean {
    return this.spentMs >= spentWorthATurnMs;
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

  /**
   * Begins a turn. True while sockets are to be read before the backlog is served.
   *
   * The intake follows a turn that ran full, and no other: then the event loop is what is short.
   * Where slots are, each that comes free is filled at once.
   *
   * @param offered - requests offered so far: a turn that brought none is quiet
   */
  beginTurn(offered: number, hasBacklog: boolean): boolean {
    const ranFull = this.isSpent;
    const isQuiet = offered === this.offeredBefore;
    this.spentMs = 0;
    this.offeredBefore = offered;
    if (!hasBacklog) this.intakeEndsAt = Number.NEGATIVE_INFINITY;
    else if (ranFull && this.now >= this.intakeEndsAt) {
      this.intakeEndsAt = this.now + intakeMs;
      this.quietTurns = 0;
    }
    if (this.now >= this.intakeEndsAt) return false;
    this.quietTurns = isQuiet ? this.quietTurns + 1 : 0;
    if (this.quietTurns < quietTurnsMax) return true;
    this.intakeEndsAt = Number.NEGATIVE_INFINITY;
    return false;
  }
}
