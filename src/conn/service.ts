// What all connections of a server share, and what they tell it. Made by
// `src/server.ts`; a connection knows its server by this and nothing else.

import type { Limits } from '../fsm/limits.js';
import { DueHeap } from '../fsm/time/due-heap.js';
import { DateLine } from '../http/reply/date.js';
import type { Reply } from '../http/reply/reply.js';
import { listen, promiseOf } from '../http/thenable.js';
import { Limiter } from '../limiter/limiter.js';
import type { LimiterSettings } from '../limiter/options.js';
import type { RefusalReason } from '../limiter/refusal.js';
import type { Observer } from '../observe/observer.js';
import type { Admission } from './admission.js';
import { Asking } from './asking.js';
import { Clocks } from './clocks.js';
import type { Connection } from './connection.js';
import type { RequestContext } from './context.js';
import type { DueTimer, Environment, Tick, Turn } from './environment.js';
import type { Exchange } from './exchange.js';
import type { FaultReport } from './fault-report.js';
import { HeadText } from './head-text.js';
import type { Ledger } from './ledger.js';
import { type MemoryOwner, MemoryRelief } from './memory-relief.js';
import { Readers } from './readers.js';
import { type ReportSettings, Reports } from './reports.js';
import type { Responder } from './responder.js';
import { ShedBudget } from './shed-budget.js';

export type Answer = Reply | Response;

/** Answers a request. */
export type FetchHandler = (
  request: Request,
  context: RequestContext,
) => Answer | PromiseLike<Answer>;

/** What a server is made of, as `src/server.ts` checked it. */
export interface ServiceSettings extends ReportSettings {
  readonly handler: FetchHandler;
  readonly limits: Limits;
  readonly limiter: LimiterSettings;
  readonly admission: Admission;
}

export class Service implements MemoryOwner {
  readonly handler: FetchHandler;
  readonly limits: Limits;
  readonly clocks: Clocks;
  readonly limiter: Limiter;
  readonly memory: MemoryRelief;
  readonly asking: Asking = new Asking();
  readonly ledger: Ledger;
  readonly readers: Readers;
  readonly headText: HeadText = new HeadText();
  readonly shedBudget: ShedBudget = new ShedBudget();
  /** Requests that run and have a deadline. */
  readonly running: DueHeap<Exchange> = new DueHeap();
  readonly admission: Admission;
  /** The slot is held until the reply's content is over, too. */
  readonly holdsBody: boolean;
  readonly keepAliveSeconds: number;
  readonly reports: Reports;
  /** Its methods don't throw. */
  readonly observer: Observer | undefined;
  readonly connections: Set<Connection> = new Set();
  /** Requests are started from a turn, several perhaps one after the other. */
  turning = false;
  /** New work is welcome: what the readiness path says. */
  ready = true;
  /** Every response is its connection's last. */
  draining = false;
  /** When a request, or a connection, came last. */
  askedMs: number = Number.NEGATIVE_INFINITY;
  requestsStarted = 0;
  requestsFinished = 0;
  requestsRefused = 0;
  requestsCutOff = 0;
  readonly #environment: Environment;
  readonly #date: DateLine = new DateLine();
  readonly #timer: DueTimer;
  readonly #turn: Turn;
  readonly #tick: Tick;
  /** Comes when the sockets were looked at once more. */
  readonly #look: Turn;
  readonly #waitingFor: Set<Promise<unknown>> = new Set();
  #postponed: Responder[] = [];
  #heldBack: Responder[] = [];
  #limiterTurn = false;
  /** The memory's level has changed, or is still too high. */
  #memoryTurn = false;
  #connectionIds = 0;
  #requestIds = 0;
  /** What the timer was asked for last. */
  #timerMs = Number.POSITIVE_INFINITY;
  /** Deadlines of connections are due, as of `#lookMs`, and decided once the sockets were looked at. */
  #looking = false;
  #lookMs = 0;
  #onIdle: (() => void) | undefined = undefined;

  constructor(settings: ServiceSettings, environment: Environment) {
    this.#environment = environment;
    this.handler = settings.handler;
    this.limits = settings.limits;
    this.admission = settings.admission;
    this.holdsBody = settings.limiter.concurrency.hold === 'body';
    this.reports = new Reports(settings, (text) => environment.warn(text));
    this.keepAliveSeconds = Math.floor(settings.limits.keepAliveMs / 1000);
    this.observer = this.reports.observer;
    this.clocks = new Clocks(settings.limits);
    this.readers = new Readers(settings.limits);
    this.memory = new MemoryRelief(settings.limits.bufferedBytesMax, this);
    this.ledger = this.memory.ledger;
    this.#timer = environment.createTimer((now) => this.#due(now));
    this.#turn = environment.createTurn((now) => this.#turned(now));
    this.#tick = environment.createTick(() => this.#ticked());
    this.#look = environment.createTurn(() => this.#looked());
    this.limiter = new Limiter(settings.limiter, {
      armTurn: () => {
        this.#limiterTurn = true;
        this.#turn.arm();
      },
      clock: () => environment.now(),
      random: () => environment.random(),
      idleMs: () => environment.idleMs(),
      asking: () => this.asking.count(environment.now()),
    });
  }

  now(): number {
    return this.#environment.now();
  }

  wallNow(): number {
    return this.#environment.wallNow();
  }

  /** Memory for content, with whatever was in it before. */
  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#environment.makeMemory(bytes);
  }

  /** Runs `work` in an asynchronous context that is nobody's. */
  runInNoScope(work: () => void): void {
    this.#environment.runInNoScope(work);
  }

  /** `Date: …` with its CRLF. */
  dateLine(now: number): string {
    return this.#date.at(now, this.#environment);
  }

  nextConnectionId(): number {
    return ++this.#connectionIds;
  }

  nextRequestId(): number {
    return ++this.#requestIds;
  }

  /** Called at the end of each wake-up: sees to it that the next deadline is met. */
  armTimer(): void {
    if (this.#looking && this.clocks.deadlines.nextMs === Number.POSITIVE_INFINITY) this.#endLook();
    const next = Math.min(
      this.#looking ? Number.POSITIVE_INFINITY : this.clocks.deadlines.nextMs,
      this.limiter.nextExpiry(),
      this.running.nextMs,
      this.memory.checkMs,
    );
    if (next === this.#timerMs) return;
    this.#timerMs = next;
    if (next !== Number.POSITIVE_INFINITY) this.#timer.arm(next);
    else this.#timer.stop();
  }

  /** The responder's `continuePump` is called in the next turn. */
  postpone(responder: Responder): void {
    this.#postponed.push(responder);
    this.#turn.arm();
  }

  /** The responder's `sendHeld` is called when what runs now has ended. */
  holdBack(responder: Responder): void {
    this.#heldBack.push(responder);
    this.#tick.arm();
  }

  /** An error that is the application's, or ours, as `onError` is told. Never throws. */
  report(error: unknown, request?: Request, context?: RequestContext): void {
    this.reports.tell(error, request, context);
  }

  reportFault(fault: () => FaultReport): void {
    this.reports.fault(fault);
  }

  get faults(): number {
    return this.reports.faults;
  }

  noteRefusal(connection: Connection, requestId: number, reason: RefusalReason): void {
    this.requestsRefused++;
    this.observer?.requestRefused?.(connection.id, requestId, reason);
  }

  /** What is no promise has settled, as everywhere on the platform. */
  waitFor(given: unknown, context: RequestContext, request: Request): void {
    const failed = (error: unknown): void => {
      this.report(error, request, context);
    };
    try {
      const promise = promiseOf(given);
      if (promise === undefined) return;
      const settled = (): void => {
        this.#waitingFor.delete(promise);
        this.#checkIdle();
      };
      listen(promise, settled, (error) => {
        failed(error);
        settled();
      });
      this.#waitingFor.add(promise);
    } catch (error) {
      failed(error);
    }
  }

  connectionClosed(connection: Connection): void {
    this.connections.delete(connection);
    this.#checkIdle();
  }

  /** Calls back once no connection is open and nothing is waited for. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback;
    this.#checkIdle();
  }

  /** What is waited for beside the connections may never come: nobody waits for it any longer. */
  giveUpWaiting(): void {
    this.#waitingFor.clear();
    this.#checkIdle();
  }

  /**
   * Closes the connection that has been idle for longest, if it has been since before `before`: its
   * socket was looked at since then, and no request was there. False where there is none.
   */
  closeLongestIdle(before: number): boolean {
    const first = this.clocks.longestIdle;
    const { size } = this.connections;
    first?.expire(this.clocks.room, before);
    return this.connections.size < size;
  }

  /** Nothing comes any more: the timer and the turn stop. */
  stop(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#timer.stop();
    this.#turn.stop();
    this.#endLook();
  }

  /** It was stopped, and goes on. */
  reopen(): void {
    this.ready = true;
    this.draining = false;
    // Whoever asked for a turn that was stopped doesn't ask again before it came.
    this.#turn.arm();
    this.armTimer();
  }

  #relieveMemory(now: number): void {
    this.#memoryTurn = false;
    this.memory.relieve(now);
  }

  // What the relief of memory asks.

  armMemoryTurn(): void {
    this.#memoryTurn = true;
    this.#turn.arm();
  }

  memoryIsShort(isShort: boolean): void {
    this.limiter.setMemoryShort(isShort);
  }

  expireIdle(now: number): void {
    this.clocks.expireIdle(now);
  }

  #checkIdle(): void {
    if (this.connections.size > 0 || this.#waitingFor.size > 0) return;
    const callback = this.#onIdle;
    this.#onIdle = undefined;
    callback?.();
  }

  // Each connection has a bracket of its own (wake-up.ts). Should something be thrown here
  // nevertheless, the timer runs on, and the next of a list is heard.

  #due(now: number): void {
    this.clocks.fired(now, this.#timerMs);
    this.#timerMs = Number.POSITIVE_INFINITY;
    try {
      if (!this.#looking && this.clocks.deadlines.nextMs <= now) {
        this.#looking = true;
        this.#lookMs = now;
        this.#look.arm();
      }
      this.limiter.expire(now);
      this.running.expire(now, (exchange) => exchange.abort('deadline'));
      if (now >= this.memory.checkMs) {
        this.memory.recount();
        this.#relieveMemory(now);
      }
    } catch (error) {
      this.report(error);
    }
    this.armTimer();
  }

  /**
   * Timers come before sockets in a turn of the loop: what a peer has sent in time may lie in the kernel
   * still. By now it was read.
   */
  #looked(): void {
    this.#looking = false;
    try {
      this.clocks.deadlines.expire(this.#lookMs);
    } catch (error) {
      this.report(error);
    }
    this.armTimer();
  }

  #endLook(): void {
    this.#looking = false;
    this.#look.stop();
  }

  #ticked(): void {
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    for (const responder of heldBack) responder.sendHeld();
  }

  #turned(now: number): void {
    try {
      if (this.#limiterTurn) this.#turnLimiter(now);
      if (this.#memoryTurn) this.#relieveMemory(now);
    } catch (error) {
      this.report(error);
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
      this.limiter.turn(now);
    } finally {
      this.turning = false;
    }
  }
}
