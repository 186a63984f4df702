// `sluice/workers`: one service in several processes.

import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { BoundAddress, CloseOptions, CloseReport } from '../../index.js';
import { closeOptionsFrom, takeSocketsFrom } from '../../server.js';
import { type WorkersOptions, workersFrom } from './options.js';
import { Primary, type WorkersStats } from './primary.js';
import { WorkerSide } from './worker.js';

export type { WorkerEvent, WorkerServer, WorkersOptions } from './options.js';
export type { WorkerFigures, WorkersStats } from './primary.js';
export type { WorkerState } from './worker-table.js';

/** The workers, in the primary. */
export interface Workers {
  /** Where they listen. */
  readonly addresses: readonly BoundAddress[];
  /**
   * Resolves when all workers are gone. Rejects where the primary has given up: nobody serves, and five workers in a
   * row were never ready. If nobody handles that, it ends the process with the reason, as any rejection.
   */
  readonly closed: Promise<CloseReport>;
  /** The figures of all workers, and their sum. */
  stats(): Promise<WorkersStats>;
  /**
   * Replaces all workers one by one: a new one is ready, then the old one lets its requests end. Asked again
   * meanwhile, it begins once more afterwards.
   *
   * @returns when all are replaced. It rejects with `SLUICE_WORKER` where a new worker could not start: the old
   * one stays, and so do the others.
   */
  restart(): Promise<void>;
  /**
   * Lets requests end in all workers, as `close()` of a server does. Times that are not given are those of
   * `runWorkers`. A second call can make the end come earlier.
   */
  close(options?: CloseOptions): Promise<CloseReport>;
}

let isRunning = false;

/**
 * Runs `start` in several processes, with node:cluster. Each runs this program from its beginning up to this call.
 * There `start` is called, and the promise never settles: what follows the call is the primary's alone.
 *
 * A worker that dies is replaced: at once, then after 1 s, doubled up to 30 s, until one has served for 10 s.
 *
 * @returns in the primary, when all workers are ready
 * @throws `SLUICE_WORKER` where a worker could not start: then all are closed; `SLUICE_OPTION_INVALID` for an
 * unknown or ill-typed option; `SLUICE_WORKERS_TWICE` where it was called before
 *
 * @example
 * const workers = await runWorkers({
 *   count: 'auto',
 *   signals: true,
 *   start: async () => {
 *     const server = createServer({ fetch: () => reply('Hello\n') });
 *     await server.listen(3000);
 *     return server;
 *   },
 * });
 */
export async function runWorkers(options: WorkersOptions): Promise<Workers> {
  const settings = workersFrom(options, availableParallelism());
  if (isRunning) throw twice();
  isRunning = true;
  const { worker } = cluster;
  if (worker !== undefined && worker !== null) {
    const side = new WorkerSide(worker, settings);
    takeSocketsFrom(side);
    await side.run();
    return new Promise(() => undefined);
  }
  const primary = new Primary(settings);
  try {
    await primary.open();
  } catch (error) {
    isRunning = false;
    throw error;
  }
  return {
    get addresses() {
      return primary.addresses;
    },
    closed: primary.supervisor.closed.promise,
    stats: () => primary.stats(),
    restart: () => primary.restart(),
    close: async (options = {}) => primary.close(closeOptionsFrom(options)),
  };
}

function twice(): Error {
  const error = new Error(
    'sluice: runWorkers() was called before in this process; one call starts all workers, and start() may give several servers',
  );
  return Object.assign(error, { code: 'SLUICE_WORKERS_TWICE' });
}
