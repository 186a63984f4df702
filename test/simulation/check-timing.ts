// The watcher of time: deadlines are met neither too early nor too late.

import type { ConnectionLog } from './server-log.js';

export interface TimingWorld {
  now(): number;
  fail(what: string): void;
  /** How much later than due something may happen: the loop is busy, or a flush is told late. */
  readonly latenessMs: number;
  /** The part of its time that each is given at least. */
  readonly earliest: number;
  readonly keepAliveMs: number;
  readonly headMs: number;
}

const EPSILON_MS = 1e-6;

export class TimingJudge {
  readonly #simulated: TimingWorld;

  constructor(simulated: TimingWorld) {
    this.#simulated = simulated;
  }

  /** The joint machine of a connection moved. */
  moved(log: ConnectionLog, event: string, to: string): void {
    const now = this.#simulated.now();
    // What ends a response need not be a byte.
    if (to === 'idle/idle/keep') log.movedAtMs = now;
    switch (event) {
      case 'headStart':
        log.headStartedAtMs = now;
        return;
      case 'requestBare':
      case 'requestGathered':
      case 'requestStreamed':
        if (log.headStartedAtMs !== undefined)
          this.#notLater('a head', now - log.headStartedAtMs, this.#simulated.headMs);
        log.headStartedAtMs = undefined;
        return;
      case 'idleTimeout':
        log.timedOutAtMs = now;
        this.#onTime('an idle connection', now - log.movedAtMs, this.#simulated.keepAliveMs);
        return;
      default:
        return;
    }
  }

  faulted(log: ConnectionLog, code: string): void {
    if (code !== 'SLUICE_FAULT_HEAD_TIMEOUT' || log.headStartedAtMs === undefined) return;
    this.#onTime('a head', this.#simulated.now() - log.headStartedAtMs, this.#simulated.headMs);
  }

  #onTime(what: string, tookMs: number, allowedMs: number): void {
    if (tookMs < allowedMs * this.#simulated.earliest - EPSILON_MS)
      this.#simulated.fail(`${what} was given up after ${tookMs} ms of ${allowedMs}`);
    this.#notLater(what, tookMs, allowedMs);
  }

  #notLater(what: string, tookMs: number, allowedMs: number): void {
    if (tookMs > allowedMs + this.#simulated.latenessMs)
      this.#simulated.fail(`${what} was given ${tookMs} ms instead of ${allowedMs}`);
  }
}
