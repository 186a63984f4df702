// The options of `runWorkers`, and the errors for wrong ones.

import type { CloseOptions, CloseReport, ServerStats } from '../../index.js';
import {
  booleanAt,
  entriesOf,
  functionAt,
  invalid,
  msAt,
  namesOf,
  objectAt,
  orDefault,
  refuseOthers,
  TIMER_MS_MAX,
  wholeNumberAt,
} from '../../options/checks.js';
import { WORKERS_OTHER_NAMES } from '../../options/other-names.js';
import { WORKERS_MAX } from '../workers-max.js';

/** A server as workers need it. A `Server` of `createServer` is one. */
export interface WorkerServer {
  close(options: CloseOptions): Promise<CloseReport>;
  stats(): ServerStats;
}

/** What has become of a worker. */
export interface WorkerEvent {
  /**
   * `ready`: it serves. `draining`: it was told to let requests end. `ended`: its process is gone, as it was told to.
   * `lost`: its process is gone, and nobody had told it to; another one is started after `retryMs`. `failed`: it
   * was to replace another, which stays.
   */
  readonly kind: 'ready' | 'draining' | 'ended' | 'lost' | 'failed';
  /** The number of the worker, from 1; no number comes twice. */
  readonly id: number;
  readonly pid: number | undefined;
  /** Why, for `lost` and `failed`. */
  readonly error?: Error | undefined;
  readonly retryMs?: number | undefined;
}

/** The options of `runWorkers`. */
export interface WorkersOptions {
  /** How many processes serve. `'auto'`: as many as there are processors for this process. */
  readonly count: number | 'auto';
  /**
   * Runs in each worker. It makes the server, listens, and gives the server; an array where there are several.
   * The worker is ready when its promise settles.
   */
  readonly start: () =>
    | WorkerServer
    | readonly WorkerServer[]
    | PromiseLike<WorkerServer | readonly WorkerServer[]>;
  /** How long requests may go on when a worker is replaced or all are closed. Default 9,000: Docker kills after ten seconds. */
  readonly graceMs?: number | undefined;
  /**
   * How long the readiness path answers 503 before that, when all are closed. A worker that is replaced has none: the
   * service stays ready. Default 0.
   */
  readonly readinessDelayMs?: number | undefined;
  /** How long `start` may take. Then the worker is killed. Default 30,000. */
  readonly startMs?: number | undefined;
  /**
   * SIGTERM and SIGINT close all workers, a second one cuts requests off; SIGHUP replaces the workers one by one. Default
   * false: no signal handler is set.
   */
  readonly signals?: boolean | undefined;
  /** Told what becomes of workers. Default: a process warning for `lost` and `failed`. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** The same after the checks. */
export interface WorkersSettings {
  readonly count: number;
  readonly start: WorkersOptions['start'];
  readonly graceMs: number;
  readonly readinessDelayMs: number;
  readonly startMs: number;
  readonly signals: boolean;
  readonly onEvent: ((event: WorkerEvent) => void) | undefined;
}

export const WORKERS_NAMES: readonly string[] = namesOf<WorkersOptions>({
  count: true,
  start: true,
  graceMs: true,
  readinessDelayMs: true,
  startMs: true,
  signals: true,
  onEvent: true,
});

const COUNT_FITS = `a whole number from 1 to ${WORKERS_MAX}, or 'auto'`;

/**
 * @param processors how many workers `'auto'` is
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function workersFrom(options: unknown, processors: number): WorkersSettings {
  const given = objectAt('runWorkers()', options, `an object with ${WORKERS_NAMES.join(', ')}`);
  refuseOthers('', given, WORKERS_NAMES, WORKERS_OTHER_NAMES);
  const { onEvent } = given;
  return {
    count: countAt(given.count, processors),
    // Boundary: what it gives is checked when it has given it.
    start: functionAt('start', given.start as WorkersOptions['start']),
    graceMs: timerAt('graceMs', orDefault(given.graceMs, 9000), 0),
    readinessDelayMs: timerAt('readinessDelayMs', orDefault(given.readinessDelayMs, 0), 0),
    startMs: timerAt('startMs', orDefault(given.startMs, 30_000), 'above 0'),
    signals: booleanAt('signals', orDefault(given.signals, false)),
    onEvent:
      onEvent === undefined
        ? undefined
        : functionAt('onEvent', onEvent as NonNullable<WorkersOptions['onEvent']>),
  };
}

function countAt(value: unknown, processors: number): number {
  if (value === 'auto') return processors;
  if (typeof value !== 'number')
    throw invalid(typeof value === 'string' ? RangeError : TypeError, 'count', value, COUNT_FITS);
  return wholeNumberAt('count', value, { least: 1, most: WORKERS_MAX });
}

function timerAt(name: string, value: unknown, least: 0 | 'above 0'): number {
  const ms = msAt(name, value, least);
  if (ms > TIMER_MS_MAX)
    throw invalid(RangeError, name, value, `at most ${TIMER_MS_MAX} milliseconds`);
  return ms;
}

/** What `start` gave. */
export function serversFrom(given: unknown): readonly WorkerServer[] {
  const servers: readonly unknown[] = Array.isArray(given) ? entriesOf(given) : [given];
  const fits = 'the server (or servers) that start() made, with close() and stats()';
  if (servers.length === 0) throw invalid(TypeError, 'start()', given, fits);
  return servers.map((one) => {
    const parts = typeof one === 'object' && one !== null ? (one as Partial<WorkerServer>) : {};
    if (typeof parts.close !== 'function' || typeof parts.stats !== 'function')
      throw invalid(TypeError, 'start()', one, fits);
    return one as WorkerServer;
  });
}
