// When a server's work is done: at the earliest of many deadlines, in the next turn of the event
// loop, or at the end of what runs now. The work itself stands elsewhere.
//
// Each connection has a bracket of its own (wake-up.ts). Should something be thrown here
// nevertheless, the timer runs on, and the next of a list is heard.

import { DueHeap } from '../../fsm/time/due-heap.js';
import type { DueTimer, Environment, Tick, Turn } from '../environment.js';
import type { HeldBackSender, RunningRequest, ScheduledResponder } from '../server-ports.js';
import type { Clocks } from './clocks.js';

/** What the scheduler calls when it is time. */
export interface ScheduledWork {
  readonly clocks: Clocks;
  readonly limiter: {
    nextExpiry(): number;
    expire(now: number): void;
    turn(now: number): void;
  };
  readonly memory: {
    /** When to look again. */
    readonly checkAt: number;
    recount(): void;
    relieve(now: number): void;
  };
  readonly reports: { tell(error: unknown): void };
}

/** In a look at the sockets that took longer, more bytes may have come. */
const LOOK_MS_MAX = 5;
/** A loop that is always so late has deadlines, too. */
const LOOKS_MAX = 4;

export class Scheduler {
  /** Requests that run and have a deadline. */
  readonly running: DueHeap<RunningRequest> = new DueHeap();
  /** The limiter's turn is on: it may start several requests, one after the other. */
  turning = false;
  readonly #work: ScheduledWork;
  readonly #timer: DueTimer;
  readonly #turn: Turn;
  readonly #tick: Tick;
  /** Comes when the sockets were looked at once more. */
  readonly #look: Turn;
  #postponed: ScheduledResponder[] = [];
  #heldBack: HeldBackSender[] = [];
  #limiterTurn = false;
  #memoryTurn = false;
  /** What the timer was asked for last. Public for V8 alone (tsconfig.base.json): written only here. */
  timerAt: number = Number.POSITIVE_INFINITY;
  /** Deadlines of connections are due, as of `#lookAt`. They expire once the sockets were looked at. */
  #looking = false;
  #lookAt = 0;
  /** When the look began that is on. */
  #lookFrom = 0;
  #looksLeft = 0;
  /** So are those of idle connections, after a part of their time. */
  #idleEarly = false;

  constructor(environment: Environment, work: ScheduledWork) {
    this.#work = work;
    this.#timer = environment.createTimer((now) => this.#due(now));
    this.#turn = environment.createTurn((now) => this.#turned(now));
    this.#tick = environment.createTick(() => this.#ticked());
    this.#look = environment.createTurn((now) => this.#looked(now));
  }

  /** Sees to it that the next deadline is met. Called at the end of each wake-up. */
  armTimer(): void {
    const { clocks, limiter, memory } = this.#work;
    if (this.#looking && clocks.deadlines.nextMs === Number.POSITIVE_INFINITY) this.#endLook();
    const next = Math.min(
      this.#looking ? Number.POSITIVE_INFINITY : clocks.deadlines.nextMs,
      limiter.nextExpiry(),
      this.running.nextMs,
      memory.checkAt,
    );
    if (next === this.timerAt) return;
    this.timerAt = next;
    if (next !== Number.POSITIVE_INFINITY) this.#timer.arm(next);
    else this.#timer.stop();
  }

  /** Has the limiter serve its queue in the next turn. */
  armLimiterTurn(): void {
    this.#limiterTurn = true;
    this.#turn.arm();
  }

  /** Has memory relieved in the next turn. */
  armMemoryTurn(): void {
    this.#memoryTurn = true;
    this.#turn.arm();
  }

  /** Memory is tight: idle connections expire early, as of `now`, once the sockets were looked at. */
  expireIdle(now: number): void {
    this.#idleEarly = true;
    this.#lookFirst(now);
  }

  /** Has the responder's `continuePump` called in the next turn. */
  postpone(responder: ScheduledResponder): void {
    this.#postponed.push(responder);
    this.#turn.arm();
  }

  /** Has `sendHeldBack` called when what runs now has ended. */
  holdBack(sender: HeldBackSender): void {
    this.#heldBack.push(sender);
    this.#tick.arm();
  }

  /** No more work comes: the timer and the turns stop. */
  stop(): void {
    this.timerAt = Number.POSITIVE_INFINITY;
    this.#timer.stop();
    this.#turn.stop();
    this.#endLook();
  }

  /** It was stopped, and goes on. */
  restart(): void {
    // A turn that was asked for before the stop is not asked for again.
    this.#turn.arm();
    this.armTimer();
  }

  #due(now: number): void {
    const { clocks, limiter, memory, reports } = this.#work;
    clocks.fired(now, this.timerAt);
    this.timerAt = Number.POSITIVE_INFINITY;
    try {
      if (clocks.deadlines.nextMs <= now) this.#lookFirst(now);
      limiter.expire(now);
      this.running.expire(now, (request) => request.abort('deadline'));
      if (now >= memory.checkAt) {
        memory.recount();
        this.#relieveMemory(now);
      }
    } catch (error) {
      reports.tell(error);
    }
    this.armTimer();
  }

  #lookFirst(now: number): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#lookAt = now;
    this.#lookFrom = now;
    this.#looksLeft = LOOKS_MAX;
    this.#look.arm();
  }

  /**
   * Timers come before sockets in a turn of the loop: bytes that a peer has sent in time may still lie
   * in the kernel. By now they were read, unless a handler computed meanwhile: then others may have come.
   */
  #looked(now: number): void {
    if (now - this.#lookFrom > LOOK_MS_MAX && --this.#looksLeft > 0) {
      this.#lookFrom = now;
      this.#look.arm();
      return;
    }
    const { clocks } = this.#work;
    const idleEarly = this.#idleEarly;
    this.#looking = false;
    this.#idleEarly = false;
    try {
      clocks.deadlines.expire(this.#lookAt);
      if (idleEarly) clocks.expireIdle(this.#lookAt);
    } catch (error) {
      this.#work.reports.tell(error);
    }
    this.armTimer();
  }

  #endLook(): void {
    this.#looking = false;
    this.#idleEarly = false;
    this.#look.stop();
  }

  #ticked(): void {
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    for (const sender of heldBack) sender.sendHeldBack();
  }

  #turned(now: number): void {
    try {
      if (this.#limiterTurn) this.#turnLimiter(now);
      if (this.#memoryTurn) this.#relieveMemory(now);
    } catch (error) {
      this.#work.reports.tell(error);
    }
    const postponed = this.#postponed;
    if (postponed.length > 0) {
      this.#postponed = [];
      for (const responder of postponed) responder.continuePump();
    }
    this.armTimer();
  }

  #turnLimiter(now: number): void {
    this.#limiterTurn = false;
    this.turning = true;
    try {
      this.#work.limiter.turn(now);
    } finally {
      this.turning = false;
    }
  }

  #relieveMemory(now: number): void {
    this.#memoryTurn = false;
    this.#work.memory.relieve(now);
  }
}
