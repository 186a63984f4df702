// The primary's side: the processes, the sockets and the signals behind the supervisor.

import cluster, { type Worker } from 'node:cluster';
import type { BoundAddress, CloseOptions, CloseReport, ServerStats } from '../../index.js';
import { inWords } from '../../options/in-words.js';
import { rejectionOf } from '../../options/thenable.js';
import { removeDeadSocket } from '../../server.js';
import { after, steadyNow } from '../clock.js';
import type { WorkerProcess } from './member.js';
import {
  errorFrom,
  type FromWorker,
  ours,
  type SocketPlace,
  sentError,
  type ToWorker,
} from './messages.js';
import type { WorkerEvent, WorkersSettings } from './options.js';
import { Settlement } from './settlement.js';
import { SocketStore } from './socket-store.js';
import { sumOfStats } from './sums.js';
import { Supervisor } from './supervisor.js';
import { PathTurns } from './turns.js';
import type { WorkerState } from './worker-table.js';

/** A worker and its figures. */
export interface WorkerFigures {
  /** The number of the worker, from 1; no number comes twice. */
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  /** The sum of its servers. Undefined where it doesn't serve yet, or has not answered within a second. */
  readonly stats: ServerStats | undefined;
}

/** The figures of all workers. */
export interface WorkersStats {
  /** The sum of all workers that have answered. Undefined where none has. */
  readonly total: ServerStats | undefined;
  readonly workers: readonly WorkerFigures[];
}

const STATS_MS = 1000;

export class Primary {
  readonly supervisor: Supervisor;
  /** Where the workers listen. */
  addresses: readonly BoundAddress[] = [];
  readonly #workers: Map<number, Worker> = new Map();
  readonly #sockets: SocketStore;
  readonly #turns: PathTurns = new PathTurns();
  /** Paths at which no file of a dead socket is left. */
  readonly #tidied: Set<string> = new Set();
  readonly #onEvent: (event: WorkerEvent) => void;
  readonly #asked: Map<number, (servers: readonly ServerStats[]) => void> = new Map();
  readonly #isHeard: boolean;
  #lastNumber = 0;
  #stopSignals: () => void = () => undefined;

  constructor(settings: WorkersSettings) {
    this.#sockets = new SocketStore(process.versions.node);
    this.#isHeard = settings.signals;
    this.#onEvent = settings.onEvent ?? warnOf;
    this.supervisor = new Supervisor(settings, {
      fork: (id, place) => this.#fork(id, place),
      now: steadyNow,
      after,
      leavePlace: (place) => this.#sockets.leave(place),
      closeSockets: () => this.#sockets.close(),
      tell: (event) => this.#tell(event),
    });
  }

  async open(): Promise<void> {
    // Servers of node:http in a worker get the listening handle itself, not each connection from here.
    if (process.env.NODE_CLUSTER_SCHED_POLICY === undefined)
      cluster.schedulingPolicy = cluster.SCHED_NONE;
    if (this.#isHeard) this.#listenToSignals();
    this.supervisor.begin();
    try {
      await this.supervisor.up.promise;
    } catch (error) {
      this.#stopSignals();
      throw error;
    }
  }

  restart(): Promise<void> {
    return this.supervisor.restart();
  }

  close(options: CloseOptions): Promise<CloseReport> {
    this.supervisor.close(options);
    return this.supervisor.closed.promise;
  }

  async stats(): Promise<WorkersStats> {
    const workers = await Promise.all(
      this.supervisor.members.map(async ({ id, process: { pid }, state }) => ({
        id,
        pid,
        state,
        stats: sumOfStats(await this.#ask(id)),
      })),
    );
    return { total: sumOfStats(workers.flatMap(({ stats }) => stats ?? [])), workers };
  }

  #ask(id: number): Promise<readonly ServerStats[]> {
    const number = ++this.#lastNumber;
    const answer = new Settlement<readonly ServerStats[]>();
    const stop = after(STATS_MS, () => answer.resolve([]));
    this.#asked.set(number, (servers) => answer.resolve(servers));
    this.#say(id, { sluice: 'stats', number });
    return answer.promise.finally(() => {
      stop();
      this.#asked.delete(number);
    });
  }

  #fork(id: number, place: number): WorkerProcess {
    const worker = cluster.fork();
    this.#workers.set(id, worker);
    worker.on('message', (message: unknown) => this.#told(id, place, message));
    const exit = new Settlement<{ code: number | null; signal: string | null }>();
    // What it said last may come after its exit.
    const saidAll = new Settlement<void>();
    worker.once('exit', (code: number | null, signal: string | null) => {
      // Node says an empty string where there was no signal.
      exit.resolve({ code, signal: signal === '' ? null : signal });
    });
    worker.once('disconnect', () => saidAll.resolve());
    // Where it died while a socket was on its way to it, Node tells of this alone.
    worker.process.once('close', () => saidAll.resolve());
    void Promise.all([exit.promise, saidAll.promise]).then(([how]) => {
      this.#workers.delete(id);
      this.#turns.over(id);
      this.supervisor.exited(id, how);
      if (this.#workers.size === 0) this.#stopSignals();
    });
    // The process could not be made, or not be told: its exit says the rest.
    worker.on('error', (error) => this.supervisor.said(id, { failure: error }));
    return {
      pid: worker.process.pid,
      drain: (times) => this.#say(id, { sluice: 'drain', ...times }),
      kill: () => void worker.process.kill('SIGKILL'),
    };
  }

  #told(id: number, place: number, message: unknown): void {
    const told = ours<FromWorker>(message);
    switch (told?.sluice) {
      case 'listening':
        this.#turns.over(id);
        return;
      case 'ready':
        this.#turns.over(id);
        this.addresses = told.addresses;
        this.supervisor.ready(id);
        return;
      case 'failed':
        this.supervisor.said(id, { failure: errorFrom(told.error) });
        return;
      case 'closed':
        this.supervisor.said(id, { report: told.report });
        return;
      case 'stats':
        this.#asked.get(told.number)?.(told.servers);
        return;
      case 'socket':
        void this.#give(id, place, told.number, told.place);
    }
  }

  async #give(id: number, place: number, number: number, wanted: SocketPlace): Promise<void> {
    try {
      if (wanted.path !== undefined) await this.#turnAt(wanted.path, id);
      const socket =
        wanted.path === undefined ? await this.#sockets.socketFor(place, wanted) : undefined;
      this.#say(id, { sluice: 'socket', number }, socket);
    } catch (error) {
      this.#say(id, { sluice: 'socket', number, error: sentError(error) });
    }
  }

  /**
   * A dead socket's file is removed here, before the first worker listens. Node asks the primary for one socket for each try of a
   * worker to listen. A worker that removed the file would listen at a second try, and so at another socket than the workers
   * whose first try succeeds.
   */
  async #turnAt(path: string, id: number): Promise<void> {
    await this.#turns.turn(id, path);
    if (this.#tidied.has(path)) return;
    this.#tidied.add(path);
    try {
      await removeDeadSocket(path);
    } catch {
      // The worker finds the file, too, and says why it may not be removed.
    }
  }

  #say(id: number, message: ToWorker, socket?: object): void {
    const worker = this.#workers.get(id);
    if (worker?.isConnected() !== true) return;
    // A boundary: handles of this kind may be sent, the types know only sockets. One that is gone is told nothing.
    worker.send(message, socket as undefined, () => undefined);
  }

  /** What `onEvent` throws or rejects with hurts no worker. */
  #tell(event: WorkerEvent): void {
    const failed = (error: unknown): void =>
      process.emitWarning(`onEvent failed: ${inWords(error)}`, { code: 'SLUICE_WORKER' });
    try {
      rejectionOf(this.#onEvent(event), failed);
    } catch (error) {
      failed(error);
    }
  }

  #listenToSignals(): void {
    let isSecond = false;
    const stop = (): void => {
      this.supervisor.close(isSecond ? { graceMs: 0, readinessDelayMs: 0 } : {});
      isSecond = true;
    };
    // What went wrong is told as an event.
    const replace = (): void => void this.restart().catch(() => undefined);
    process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', replace);
    this.#stopSignals = () => {
      process.off('SIGTERM', stop).off('SIGINT', stop).off('SIGHUP', replace);
    };
  }
}

function warnOf({ kind, pid, error, retryMs }: WorkerEvent): void {
  if (error === undefined) return;
  const next = kind === 'failed' ? 'the old one stays' : `another starts in ${retryMs} ms`;
  process.emitWarning(`process ${pid}: ${error.message}; ${next}`, { code: 'SLUICE_WORKER' });
}
