// The worker's side: runs `start`, tells the primary, and lets requests end when it is told to.

import type { Worker } from 'node:cluster';
import type { BoundAddress, CloseOptions } from '../../index.js';
import { inWords } from '../../options/in-words.js';
import type { GivenSocket, SocketSource } from '../../server.js';
import {
  errorFrom,
  type FromWorker,
  ours,
  type SocketPlace,
  sentError,
  type ToWorker,
} from './messages.js';
import { serversFrom, type WorkerServer, type WorkersSettings } from './options.js';
import { Settlement } from './settlement.js';
import { sumOfReports } from './sums.js';

/** Where a listener of this worker wants to listen. */
interface Wanted {
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly fd?: number | undefined;
  readonly ipv6Only?: boolean | undefined;
  readonly reusePort?: boolean | undefined;
}

export class WorkerSide implements SocketSource {
  readonly systemdPid: number = process.ppid;
  readonly #worker: Worker;
  readonly #settings: WorkersSettings;
  readonly #addresses: BoundAddress[] = [];
  readonly #asked: Map<number, Settlement<GivenSocket | undefined>> = new Map();
  /** How often the same place was asked for. */
  readonly #indexes: Map<string, number> = new Map();
  #lastNumber = 0;
  /** Undefined until `start` has settled. */
  #servers: readonly WorkerServer[] | undefined = undefined;
  /** The times of the order to drain. */
  #drainTimes: CloseOptions | undefined = undefined;

  constructor(worker: Worker, settings: WorkersSettings) {
    this.#worker = worker;
    this.#settings = settings;
  }

  /** Ends with the process. */
  async run(): Promise<void> {
    process.on('message', (message, handle) => this.#told(message, handle));
    this.#worker.on('disconnect', () => {
      // Else Node would end the process at once. The primary is gone: what has begun may still end.
      this.#worker.exitedAfterDisconnect = true;
      this.#drain({ graceMs: this.#settings.graceMs, readinessDelayMs: 0 });
    });
    if (this.#settings.signals) this.#listenToSignals();
    try {
      this.#servers = serversFrom(await this.#settings.start());
    } catch (error) {
      await this.#say({ sluice: 'failed', error: sentError(error) });
      process.exit(1);
    }
    if (this.#drainTimes !== undefined) void this.#closeServers(this.#servers, this.#drainTimes);
    else await this.#say({ sluice: 'ready', addresses: this.#addresses });
  }

  /** A signal of a terminal or of systemd reaches all processes, and the primary may tell the same. */
  #listenToSignals(): void {
    const { graceMs, readinessDelayMs } = this.#settings;
    const drain = (): void => this.#drain({ graceMs, readinessDelayMs });
    process.once('SIGTERM', drain).on('SIGTERM', ignored);
    process.once('SIGINT', drain).on('SIGINT', ignored);
    process.on('SIGHUP', ignored);
  }

  async socketFor(wanted: Wanted): Promise<GivenSocket | undefined> {
    const { path, port, host, fd, ipv6Only, reusePort } = wanted;
    const key = JSON.stringify([path, port, host, fd, ipv6Only]);
    const index = this.#indexes.get(key) ?? 0;
    this.#indexes.set(key, index + 1);
    const place: SocketPlace = { path, port, host, fd, ipv6Only, reusePort, index };
    const number = ++this.#lastNumber;
    const answer = new Settlement<GivenSocket | undefined>();
    this.#asked.set(number, answer);
    await this.#say({ sluice: 'socket', number, place });
    return answer.promise;
  }

  listening(bound: BoundAddress): void {
    this.#addresses.push(bound);
    void this.#say({ sluice: 'listening' });
  }

  #told(message: unknown, handle: unknown): void {
    const told = ours<ToWorker>(message);
    switch (told?.sluice) {
      case 'socket': {
        const answer = this.#asked.get(told.number);
        this.#asked.delete(told.number);
        // A boundary: the primary sends listening handles only.
        if (told.error === undefined) answer?.resolve(handle as GivenSocket | undefined);
        else answer?.reject(errorFrom(told.error));
        return;
      }
      case 'stats':
        void this.#sayStats(told.number);
        return;
      case 'drain':
        this.#drain(told);
    }
  }

  /** `stats` may be the program's own. Where it throws, or gives what can't be sent, the primary gets none. */
  async #sayStats(number: number): Promise<void> {
    try {
      const servers = (this.#servers ?? []).map((server) => server.stats());
      await this.#say({ sluice: 'stats', number, servers });
    } catch (error) {
      process.emitWarning(`stats() failed: ${inWords(error)}`, { code: 'SLUICE_WORKER' });
    }
  }

  #drain({ graceMs, readinessDelayMs }: CloseOptions): void {
    const times = { graceMs, readinessDelayMs };
    this.#drainTimes = times;
    if (this.#servers !== undefined) void this.#closeServers(this.#servers, times);
    // Nobody can have sent a request.
    else if (this.#addresses.length === 0) process.exit(0);
  }

  async #closeServers(servers: readonly WorkerServer[], times: CloseOptions): Promise<void> {
    try {
      const reports = await Promise.all(servers.map((server) => server.close(times)));
      await this.#say({ sluice: 'closed', report: sumOfReports(reports) });
      process.exit(0);
    } catch (error) {
      await this.#say({ sluice: 'failed', error: sentError(error) });
      process.exit(1);
    }
  }

  /** Settles when it is on its way, or nobody is there to hear it. */
  #say(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, undefined, {}, () => resolve());
    });
  }
}

function ignored(): void {
  // The primary has it, too.
}
