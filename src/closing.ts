// One close of a server, from the call to its report: who waits at the door is taken in, what is
// under way may end within the grace, and what is left is cut off.

import type { DueTimer, Environment } from './conn/environment.js';
import type { Service } from './conn/service.js';
import { msAt, namesOf, objectAt, refuseOthers } from './options/checks.js';
import { CLOSE_OTHER_NAMES } from './options/other-names.js';

/** What `close()` takes. */
export interface CloseOptions {
  /** For how long requests under way may go on, in milliseconds. Default 10,000. */
  readonly graceMs?: number | undefined;
  /** For how long the readiness path says no before anything else happens, so that balancers see it. Default 0. */
  readonly readinessDelayMs?: number | undefined;
}

/** The names of the options. A missing name does not compile. */
export const CLOSE_NAMES: readonly string[] = namesOf<CloseOptions>({
  graceMs: true,
  readinessDelayMs: true,
});

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`: the option's name, what came, what fits */
export function closeOptionsFrom(given: unknown): CloseOptions {
  const options = objectAt('close()', given, `an object with ${CLOSE_NAMES.join(', ')}`);
  refuseOthers('', options, CLOSE_NAMES, CLOSE_OTHER_NAMES);
  const { graceMs, readinessDelayMs } = options;
  return {
    graceMs: graceMs === undefined ? undefined : msAt('graceMs', graceMs, 0),
    readinessDelayMs:
      readinessDelayMs === undefined ? undefined : msAt('readinessDelayMs', readinessDelayMs, 0),
  };
}

/** What became of the requests that were there when `close()` was called. */
export interface CloseReport {
  /** Answered. */
  readonly finished: number;
  /** Queued, and answered with 503. */
  readonly refused: number;
  /** Cut off at the end of the grace. */
  readonly cutOff: number;
}

/** Where connections come in. */
export interface Door {
  /** Connections that have come so far, let in or not. */
  readonly arrivals: number;
  /** How many may wait to be accepted. */
  readonly backlog: number;
  /** Lets nobody in any more. */
  close(): void;
}

const GRACE_MS = 10_000;
/** Turns in a row that brought nobody: of the first, the sockets may have been read before it was asked for. */
const QUIET_TURNS = 2;

export class Closing {
  /** Never rejects. */
  readonly report: Promise<CloseReport>;
  #settle: (report: CloseReport) => void = () => undefined;
  readonly #service: Service;
  readonly #environment: Environment;
  readonly #doors: readonly Door[];
  readonly #timer: DueTimer;
  readonly #graceMs: number;
  /** Until when readiness says no, and everything goes on. */
  #drainAt: number;
  /** When the grace is over, as soon as it has begun; before that, what a later call has asked for. */
  #overAt = Number.POSITIVE_INFINITY;
  #isDraining = false;
  #isShut = false;
  #isGraceOver = false;
  #isOver = false;
  /** Ends the wait for the timer. */
  #wake: () => void = () => undefined;

  constructor(
    service: Service,
    environment: Environment,
    doors: readonly Door[],
    { graceMs = GRACE_MS, readinessDelayMs = 0 }: CloseOptions,
  ) {
    this.#service = service;
    this.#environment = environment;
    this.#doors = doors;
    this.#timer = environment.createTimer(() => this.#wake());
    this.#graceMs = graceMs;
    this.#drainAt = environment.now() + readinessDelayMs;
    this.report = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Begins. Once, and after everybody knows of it: what it tells may lead to another `close()`. */
  begin(): void {
    void this.#run();
  }

  /** The report has been made. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nobody is let in any more. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /**
   * `close()` was called again. What it says can make the end come earlier, and never later; where it
   * says nothing, it only waits for the same end.
   */
  hurry({ graceMs, readinessDelayMs }: CloseOptions): void {
    if (this.#isOver || (graceMs === undefined && readinessDelayMs === undefined)) return;
    const drainAt = this.#environment.now() + (readinessDelayMs ?? 0);
    if (drainAt < this.#drainAt) this.#drainAt = drainAt;
    if (graceMs !== undefined && drainAt + graceMs < this.#overAt) this.#overAt = drainAt + graceMs;
    this.#timer.arm(this.#isDraining ? this.#overAt : this.#drainAt);
  }

  async #run(): Promise<void> {
    const service = this.#service;
    // The timers of a server let the process go, and nothing else may be left that would not.
    const release = this.#environment.holdProcess();
    service.ready = false;
    if (this.#drainAt > this.#environment.now()) await this.#until(this.#drainAt);
    const { requestsFinished, requestsRefused, requestsCutOff } = service;
    await this.#drain();
    this.#isOver = true;
    this.#timer.stop();
    release();
    this.#settle({
      finished: service.requestsFinished - requestsFinished,
      refused: service.requestsRefused - requestsRefused,
      cutOff: service.requestsCutOff - requestsCutOff,
    });
  }

  async #drain(): Promise<void> {
    const service = this.#service;
    this.#isDraining = true;
    this.#overAt = Math.min(this.#overAt, this.#environment.now() + this.#graceMs);
    const graceOver = this.#until(this.#overAt).then(() => {
      this.#isGraceOver = true;
    });
    service.draining = true;
    const known = new Set(service.connections);
    for (const connection of known) connection.startDrain(this.#environment.now());
    if (this.#doors.length > 0) await Promise.race([this.#takeIn(), graceOver]);
    this.#isShut = true;
    for (const door of this.#doors) door.close();
    for (const connection of [...service.connections])
      if (!known.has(connection)) connection.startDrain(this.#environment.now());
    const idle = new Promise<void>((resolve) => service.whenIdle(resolve));
    await Promise.race([idle, graceOver]);
    if (this.#isGraceOver) await this.#cutOff();
    service.stop();
  }

  /**
   * Takes in who connected before: they wait in the kernel, which would reset them. Node accepts one
   * a turn, so it goes on until turns bring nobody. Those who come meanwhile stand behind them: when
   * as many came as may wait, all were taken in who were there.
   */
  async #takeIn(): Promise<void> {
    const doors = this.#doors;
    const first = countArrivals(doors);
    const most = doors.reduce((sum, { backlog }) => sum + backlog, 0);
    let before = first;
    for (let quiet = 0; quiet < QUIET_TURNS && before - first <= most && !this.#isGraceOver; ) {
      await this.#nextTurn();
      const arrivals = countArrivals(doors);
      quiet = arrivals === before ? quiet + 1 : 0;
      before = arrivals;
    }
  }

  /** The grace is over: handlers are told, given one turn to answer, and cut off. */
  async #cutOff(): Promise<void> {
    const service = this.#service;
    service.limiter.refuseQueued('closing', this.#environment.now());
    for (const connection of [...service.connections]) connection.abort('drain');
    await this.#nextTurn();
    for (const connection of [...service.connections]) connection.cutOff();
    service.giveUpWaiting();
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#environment.createTurn(() => resolve()).arm());
  }

  /** Resolves at a time, or at the earlier one that `hurry` sets. */
  #until(at: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer.arm(at);
    });
  }
}

function countArrivals(doors: readonly Door[]): number {
  return doors.reduce((sum, { arrivals }) => sum + arrivals, 0);
}
