// One close of a server, from the call to its report. Connections that wait to be accepted are
// accepted. Running requests may end within the grace. Then the rest is cut off.

import type { DueTimer, Environment } from './conn/environment.js';
import type { ServerParts } from './conn/server-parts.js';
import type { OpenConnection } from './conn/server-ports.js';
import { msAt, namesOf, objectAt, refuseOthers } from './options/checks.js';
import { CLOSE_OTHER_NAMES } from './options/other-names.js';

/** The options of `close()`. */
export interface CloseOptions {
  /** The time for which running requests may go on, in milliseconds. Default 9,000. */
  readonly graceMs?: number | undefined;
  /**
   * The time for which the readiness path answers 503 before the next step, so that balancers
   * notice. Default 0.
   */
  readonly readinessDelayMs?: number | undefined;
}

/** The names of the options. A missing name does not compile. */
export const CLOSE_NAMES: readonly string[] = namesOf<CloseOptions>({
  graceMs: true,
  readinessDelayMs: true,
});

/**
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`. The error has the name of
 * the option, the value that came and the values that fit.
 */
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

/** The numbers of requests that were there when `close()` was called, by their end. */
export interface CloseReport {
  /** Answered. */
  readonly finished: number;
  /** Queued, and answered with 503. */
  readonly refused: number;
  /** Cut off at the end of the grace. */
  readonly cutOff: number;
}

/** How far a `close()` is. */
export interface CloseProgress {
  /**
   * `announced`: the readiness path answers 503, and all else goes on. `draining`: every response is the last of
   * its connection. `closed`: the report was made.
   */
  readonly stage: 'announced' | 'draining' | 'closed';
  /** Milliseconds until the next stage comes at the latest; 0 where it is over. */
  readonly remainingMs: number;
  /** The report so far. */
  readonly report: CloseReport;
}

/** The place where connections arrive. */
export interface Door {
  /** Connections that have arrived so far, accepted or not. */
  readonly arrivals: number;
  /** The maximum number of connections that wait to be accepted. */
  readonly backlog: number;
  /** Accepts no more connections. */
  close(): void;
}

/** `docker stop` kills ten seconds after its signal. A second is left for the report and for what the program does after it. */
const GRACE_MS = 9000;
/**
 * The number of turns in a row without a new connection. One turn is not enough: its sockets may
 * have been read before the turn was requested.
 */
const QUIET_TURNS = 2;

export class Closing {
  /** Never rejects. */
  readonly report: Promise<CloseReport>;
  #settle: (report: CloseReport) => void = () => undefined;
  readonly #parts: ServerParts;
  readonly #environment: Environment;
  readonly #doors: readonly Door[];
  readonly #timer: DueTimer;
  readonly #graceMs: number;
  /** The end of `readinessDelayMs`. Until then, everything else goes on. */
  #drainAt: number;
  /**
   * The end of the grace, once it has begun; before that, the end that a second `close()` asked
   * for.
   */
  #overAt = Number.POSITIVE_INFINITY;
  /** The report, once it was made. */
  #over: CloseReport | undefined = undefined;
  /** What the roster had counted when it began to drain. */
  #before: CloseReport | undefined = undefined;
  #isDraining = false;
  #isShut = false;
  #isGraceOver = false;
  /** Ends the wait for the timer. */
  #wake: () => void = () => undefined;

  constructor(
    parts: ServerParts,
    environment: Environment,
    doors: readonly Door[],
    { graceMs = GRACE_MS, readinessDelayMs = 0 }: CloseOptions,
  ) {
    this.#parts = parts;
    this.#environment = environment;
    this.#doors = doors;
    this.#timer = environment.createTimer(() => this.#wake());
    this.#graceMs = graceMs;
    this.#drainAt = environment.now() + readinessDelayMs;
    this.report = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /**
   * Begins. Called once, after `close()` is visible to all: its callbacks may call `close()` again.
   */
  begin(): void {
    void this.#run();
  }

  /** The report was made. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** No connection is accepted any more. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /**
   * `close()` was called again. Its times can make the end come earlier, never later. Without
   * times, the second call only waits for the same end.
   */
  hurry({ graceMs, readinessDelayMs }: CloseOptions): void {
    if (this.isOver || (graceMs === undefined && readinessDelayMs === undefined)) return;
    const drainAt = this.#environment.now() + (readinessDelayMs ?? 0);
    if (drainAt < this.#drainAt) this.#drainAt = drainAt;
    if (graceMs !== undefined && drainAt + graceMs < this.#overAt) this.#overAt = drainAt + graceMs;
    this.#timer.arm(this.#isDraining ? this.#overAt : this.#drainAt);
  }

  async #run(): Promise<void> {
    const { roster } = this.#parts;
    // The timers of a server do not keep the process alive, and perhaps nothing else does.
    const release = this.#environment.holdProcess();
    roster.ready = false;
    if (this.#drainAt > this.#environment.now()) await this.#until(this.#drainAt);
    this.#before = this.#counts;
    await this.#drain();
    this.#over = this.#reportSoFar;
    this.#timer.stop();
    release();
    this.#settle(this.#over);
  }

  get progress(): CloseProgress {
    if (this.#over !== undefined) return { stage: 'closed', remainingMs: 0, report: this.#over };
    const nextAt = this.#isDraining ? this.#overAt : this.#drainAt;
    return {
      stage: this.#isDraining ? 'draining' : 'announced',
      remainingMs: Math.max(0, nextAt - this.#environment.now()),
      report: this.#reportSoFar,
    };
  }

  get #counts(): CloseReport {
    const { requestsFinished, requestsRefused, requestsCutOff } = this.#parts.roster;
    return { finished: requestsFinished, refused: requestsRefused, cutOff: requestsCutOff };
  }

  get #reportSoFar(): CloseReport {
    const now = this.#counts;
    const before = this.#before ?? now;
    return {
      finished: now.finished - before.finished,
      refused: now.refused - before.refused,
      cutOff: now.cutOff - before.cutOff,
    };
  }

  async #drain(): Promise<void> {
    const { roster } = this.#parts;
    this.#isDraining = true;
    this.#overAt = Math.min(this.#overAt, this.#environment.now() + this.#graceMs);
    const graceOver = this.#until(this.#overAt).then(() => {
      this.#isGraceOver = true;
    });
    roster.draining = true;
    const told = new Set<OpenConnection>();
    // A request may lie unread in the socket of an idle connection. It is looked at first.
    this.#startDrain(told, ({ life }) => !life.idle);
    if (this.#doors.length > 0 || roster.connections.size > told.size)
      await Promise.race([this.#takeIn(), graceOver]);
    this.#isShut = true;
    for (const door of this.#doors) door.close();
    this.#parts.arriving.startDrain(this.#environment.now());
    this.#startDrain(told, () => true);
    const idle = new Promise<void>((resolve) => roster.whenIdle(resolve));
    await Promise.race([idle, graceOver]);
    if (this.#isGraceOver) await this.#cutOff();
    this.#parts.scheduler.stop();
  }

  /** Tells these connections, but those that were told, that nothing follows what has begun. */
  #startDrain(told: Set<OpenConnection>, isMeant: (connection: OpenConnection) => boolean): void {
    const now = this.#environment.now();
    for (const connection of [...this.#parts.roster.connections]) {
      if (told.has(connection) || !isMeant(connection)) continue;
      told.add(connection);
      connection.ending.startDrain(now);
    }
  }

  /**
   * Takes in what waits in the kernel, which would reset it: connections, and requests on open
   * connections. Node accepts one connection a turn, so this runs until a few turns bring none. Later connections wait behind
   * them. After as many connections as may wait, all earlier ones were accepted.
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

  /** The grace is over. Handlers get an abort and one turn to answer. Then they are cut off. */
  async #cutOff(): Promise<void> {
    const { roster } = this.#parts;
    this.#parts.limiter.refuseQueued('closing', this.#environment.now());
    this.#parts.arriving.endAll(this.#environment.now());
    for (const connection of [...roster.connections]) connection.abort('drain');
    await this.#nextTurn();
    for (const connection of [...roster.connections]) connection.ending.cutOff();
    roster.giveUpWaiting();
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#environment.createTurn(() => resolve()).arm());
  }

  /** Resolves at `at`, or at the earlier time that `hurry` sets. */
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
