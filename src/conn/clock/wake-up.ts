// The bracket around everything that wakes a connection: events of its transport, timers, turns,
// ticks, decisions of the limiter, promises, calls of the handler. It sends what the wake-up has
// produced, and it is where everything ends that was thrown on the way, by the application's code
// or by our own: one connection ends, it is reported, and nobody else is hurt.
//
// What happens often enters like this, without a closure; `run` is the same for what happens rarely.
//
//   wakeUp.enter(now);
//   try {
//     …
//     wakeUp.leave();
//   } catch (error) {
//     wakeUp.fail(error);
//   }

import type { Clocks } from './clocks.js';

/** What a wake-up asks of its connection. */
export interface WakeUpOwner {
  /** The clock, for a wake-up that nobody told the time of. */
  clock(): number;
  /** The outermost wake-up ends: goes on while anything moves, sends, and sets the clocks. */
  wakeUpEnds(): void;
  /** Something was thrown. The connection is over when this returns. Never throws. */
  breakOff(error: unknown): void;
}

export class WakeUp {
  /** The time that the wake-up was told. */
  now: number;
  readonly #owner: WakeUpOwner;
  readonly #clocks: Clocks;
  /** Wake-ups nest where one thing leads to another; what they produced is sent when the outermost ends, or soon after. */
  #depth: number;

  constructor(owner: WakeUpOwner, clocks: Clocks, now: number) {
    this.now = now;
    this.#owner = owner;
    this.#clocks = clocks;
    this.#depth = 0;
  }

  /** Begins a wake-up at `now`; it ends with `leave` or `fail`. */
  enter(now: number): void {
    this.#depth++;
    if (now > this.now) this.now = now;
    this.#clocks.seen(now, this.#depth > 1);
  }

  /** Begins a wake-up that nobody told the time of. */
  enterNow(): void {
    this.enter(this.#owner.clock());
  }

  /** A whole wake-up, at `now` or at a time that nobody told. */
  run(what: () => void, now: number = this.#owner.clock()): void {
    this.enter(now);
    try {
      what();
      this.leave();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends a wake-up. To be called within the `try` of its entry. */
  leave(): void {
    if (this.#depth === 1) this.#owner.wakeUpEnds();
    this.#depth--;
  }

  /**
   * Ends a wake-up in which something was thrown. The connection ends here and now, at whatever
   * depth: who called this entry may be the application, and must not be able to catch it. The
   * wake-ups around it find a connection that is closed.
   */
  fail(error: unknown): void {
    this.#depth--;
    this.#owner.breakOff(error);
  }
}
