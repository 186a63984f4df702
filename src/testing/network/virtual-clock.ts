// Virtual time: a queue of events in order of time. No real time passes: the clock jumps from one
// event to the next.

import { Event, EventHeap, type Scheduled } from './event-heap.js';

/** The limits of a run. */
export interface RunLimits {
  /** Later events stay. At the end of the run, the clock shows this time. Default: until idle. */
  readonly until?: number;
  /** The run ends before an event if this gives true. */
  readonly when?: () => boolean;
  /** A run with more events throws: it has probably no end. Default 1,000,000. */
  readonly eventsMax?: number;
}

/**
 * A clock that is moved by its own events. Events of the same time happen in the order in which
 * they were scheduled. A run has no random order.
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

  /** @param start The first time of the clock, in milliseconds. Default 0. */
  constructor(start = 0) {
    this.#now = start;
    this.#idleMs = 0;
    this.#order = 0;
    this.#events = new EventHeap();
    this.#timers = new EventHeap();
  }

  /** Milliseconds. The time moves only while the clock runs. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds between events, in which there was nothing to do. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** True if no event is left. */
  get idle(): boolean {
    return this.#next === undefined;
  }

  /** Schedules `event` for a time. If that time is past, `event` is next. */
  at(time: number, event: () => void): Scheduled {
    return this.#schedule(this.#events, time, event);
  }

  /**
   * As {@link VirtualClock.at}, for a timer of the loop. If several events are late because the
   * clock was busy, timers come first. In Node, timers come before sockets, too.
   */
  timerAt(time: number, event: () => void): Scheduled {
    return this.#schedule(this.#timers, time, event);
  }

  /**
   * Schedules `event` in `delayMs` milliseconds. With 0, it comes after all events that are due
   * now.
   */
  after(delayMs: number, event: () => void): Scheduled {
    return this.at(this.#now + delayMs, event);
  }

  /**
   * Lets time pass without an event, like a program that works for `ms` milliseconds. Events that
   * fall due meanwhile happen late.
   */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Runs the next event. False if there is none. */
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
   * Runs events until none is left or a limit is reached. Promises are not awaited: their callbacks
   * run after `run`. For asynchronous handlers, use {@link VirtualClock.runAsync}.
   *
   * @returns The number of events.
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

  /**
   * As {@link VirtualClock.run}, but all promises settle before the first event and after each
   * event.
   */
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

  /** The next event: a timer that is late, else the earliest event. */
  get #next(): Event | undefined {
    const timer = this.#timers.first;
    if (timer !== undefined && timer.at < this.#now) return timer;
    const event = this.#events.first;
    if (timer === undefined || event === undefined) return timer ?? event;
    return timer.isBefore(event) ? timer : event;
  }
}

/**
 * Waits for the next turn of the real event loop. All promises that need nothing from outside have
 * settled before it. A message to itself gives the one kind of turn that is the same in Node and in
 * browsers.
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

/** A boundary: a message port of the web. @types/node describes Node's own variant. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}
