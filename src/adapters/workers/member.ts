// One worker, as the primary sees it.

import type { CloseReport } from '../../index.js';
import { nextWorkerState, type WorkerEventName, type WorkerState } from './worker-table.js';

/** The process of a worker. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Lets requests end. A second call can shorten the times. */
  drain(times: DrainTimes): void;
  kill(): void;
}

export interface DrainTimes {
  readonly graceMs: number;
  readonly readinessDelayMs: number;
}

export class Member {
  readonly id: number;
  /** The index of its place. */
  readonly place: number;
  readonly process: WorkerProcess;
  #state: WorkerState = 'starting';
  /** When it began to serve. */
  readyAt: number | undefined = undefined;
  /** What it said of its end. */
  failure: Error | undefined = undefined;
  report: CloseReport | undefined = undefined;
  /** Stops the timer after which it is killed. */
  #stopTimer: () => void = nothing;

  constructor(id: number, place: number, process: WorkerProcess) {
    this.id = id;
    this.place = place;
    this.process = process;
  }

  get state(): WorkerState {
    return this.#state;
  }

  move(event: WorkerEventName): void {
    this.#state = nextWorkerState(this.#state, event);
  }

  /** It has no other timer from now on. */
  timed(stop: () => void): void {
    this.#stopTimer();
    this.#stopTimer = stop;
  }

  untimed(): void {
    this.timed(nothing);
  }
}

function nothing(): void {
  // There is no timer.
}
