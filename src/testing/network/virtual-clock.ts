// Virtual time: a queue of events in order of time. Nothing waits; time jumps
// from one event to the next.

import { Event, EventHeap } from './event-heap.js';

/** An event that has not happened yet. */
export interface Scheduled {
  /** It will not happen. Afterwards, and after it has happened, this does nothing. */
  cancel(): void;
}

/** How far a run goes. */
export interface RunLimits {
  /** Events later than this stay. When the run ends, the clock shows it. Default: until idle. */
  readonly until?: number;
  /** The run ends before an event where this holds. */
  readonly when?: () => boolean;
  /** A run of more events throws, for it has probably no end. Default 1,000,000. */
  readonly eventsMax?: number;
}

/**
 * A clock that is moved by its own events. Events of the same time happen in the
 * order in which they were asked for: a run has nothing of chance in it.
 *
 * @example
 * const clock = new VirtualClock();
 * clock.after(5, () => console.log(clock.now)); // 5, at once
 * clock.run();
 */
export class VirtualClock {
  #now: number;
  #idleMs: number;
  #order: number;
  readonly #events: EventHeap;
  readonly #timers: EventHeap;

  /** @param start What the clock shows at first, in milliseconds. Default 0. */
  constructor(start = 0) {
    this.#now = start;
    this.#idleMs = 0;
    this.#order = 0;
    this.#events = new EventHeap();
    this.#timers = new EventHeap();
  }

  /** Milliseconds; moves only while the clock runs. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds that passed between events, with nothing to do. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** True where nothing is left to happen. */
  get idle(): boolean {
    return this.#next === undefined;
  }

  /** Lets `event` happen at a time; where that is past, next. */
  at(time: number, event: () => void): Scheduled {
    return this.#schedule(this.#events, time, event);
  }

  /**
   * As {@link VirtualClock.at}, but a timer of the loop: where several things are late since the clock was
   * busy, timers come first, as they come before sockets in Node.
   */
  timerAt(time: number, event: () => void): Scheduled {
    return this.#schedule(this.#timers, time, event);
  }

  /** Lets `event` happen in so many milliseconds; 0 is after all that is due now. */
  after(delayMs: number, event: () => void): Scheduled {
    return this.at(this.#now + delayMs, event);
  }

  /**
   * Lets time pass without anything happening: what costs a program `ms` of
   * work. Events that fall due meanwhile happen late.
   */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Lets the next event happen. False where there is none. */
  step(): boolean {
    const event = this.#next;
    if (event === undefined) return false;
    (event === this.#timers.first ? this.#timers : this.#events).pop();
    this.#sleepUntil(event.at);
    const run = event.run;
    event.run = undefined;
    run?.();
    return true;
  }

  /**
   * Lets events happen until none is left or a limit is met. Promises are not
   * waited for: what they run happens after `run`. Where handlers are
   * asynchronous, use {@link VirtualClock.runAsync}.
   *
   * @returns How many events happened.
   */
  run(limits: RunLimits = {}): number {
    let count = 0;
    while (this.#mayStep(limits, count)) {
      this.step();
      count++;
    }
    this.#stopAt(limits);
    return count;
  }

  /** As {@link VirtualClock.run}, but lets all promises settle after each event, and once before. */
  async runAsync(limits: RunLimits = {}): Promise<number> {
    const loop = new LoopTurn();
    try {
      let count = 0;
      await loop.next();
      while (this.#mayStep(limits, count)) {
        this.step();
        count++;
        await loop.next();
      }
      this.#stopAt(limits);
      return count;
    } finally {
      loop.close();
    }
  }

  #schedule(heap: EventHeap, time: number, event: () => void): Scheduled {
    const scheduled = new Event(Math.max(time, this.#now), this.#order++, event);
    heap.push(scheduled);
    return scheduled;
  }

  #sleepUntil(time: number): void {
    if (time <= this.#now) return;
    this.#idleMs += time - this.#now;
    this.#now = time;
  }

  #mayStep(limits: RunLimits, count: number): boolean {
    const event = this.#next;
    if (event === undefined || event.at > (limits.until ?? Infinity)) return false;
    if (limits.when?.() === true) return false;
    const eventsMax = limits.eventsMax ?? 1_000_000;
    if (count >= eventsMax) {
      throw new Error(`${eventsMax} events, and no end: the clock shows ${this.#now} ms`);
    }
    return true;
  }

  #stopAt({ until, when }: RunLimits): void {
    if (until !== undefined && when?.() !== true) this.#sleepUntil(until);
  }

  /** What happens next: a timer that is late, else the earliest event. */
  get #next(): Event | undefined {
    const timer = this.#timers.first;
    if (timer !== undefined && timer.at < this.#now) return timer;
    const event = this.#events.first;
    if (timer === undefined || event === undefined) return timer ?? event;
    return timer.isBefore(event) ? timer : event;
  }
}

/**
 * Waits for the next turn of the real event loop, before which all promises have
 * settled that need nothing from outside. A message to itself is the one turn
 * that is the same in Node and in browsers.
 */
class LoopTurn {
  readonly #receiver: Port;
  readonly #sender: Port;
  #resolve: () => void;

  constructor() {
    const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
    this.#receiver = port1;
    this.#sender = port2;
    this.#resolve = () => {};
    this.#receiver.onmessage = () => this.#resolve();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#sender.postMessage(0);
    });
  }

  close(): void {
    this.#receiver.close();
  }
}

/** A boundary: a message port as the web has it; @types/node describes Node's own side of it. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}
