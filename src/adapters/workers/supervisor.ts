// Keeps a number of workers serving: replaces those that die, replaces all one by one, closes all. It knows no
// process and no clock: they are its ports.

import type { CloseOptions, CloseReport } from '../../index.js';
import { backOffMs, SOUND_MS } from './back-off.js';
import { closedMeanwhile, cutShort, failedFor, type HowEnded, tooLate } from './failures.js';
import { type DrainTimes, Member, type WorkerProcess } from './member.js';
import type { WorkerEvent } from './options.js';
import { Rolling } from './rolling.js';
import { Settlement } from './settlement.js';
import { sumOfReports } from './sums.js';

export interface SupervisorPorts {
  /** Starts a process. Its news come by {@link Supervisor.ready}, {@link Supervisor.said} and {@link Supervisor.exited}. */
  fork(id: number, place: number): WorkerProcess;
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls back once. The returned function prevents it. */
  after(ms: number, callback: () => void): () => void;
  /** For a while nobody will accept at this place. */
  leavePlace(place: number): void;
  /** From now on, only sockets that workers hold are open. */
  closeSockets(): void;
  tell(event: WorkerEvent): void;
}

export interface SupervisorSettings extends DrainTimes {
  readonly count: number;
  readonly startMs: number;
}

interface Place {
  /** It serves, or is to. */
  current: Member | undefined;
  /** Takes the place of `current` when it is ready. */
  next: Member | undefined;
  /** Workers in a row that have ended by themselves. */
  ends: number;
  /** Prevents the start after a back-off. */
  stopRetry: (() => void) | undefined;
}

/** `opening`: some place has not had a worker that was ready. */
type Phase = 'opening' | 'serving' | 'closing' | 'over';

/** Where nobody serves, it gives up after so many workers in a row that were never ready. */
export const UNREADY_MAX = 5;
/** A worker that has not ended so long after its grace is killed. */
export const KILL_AFTER_MS = 2000;

export class Supervisor {
  /** Resolves when all workers are ready for the first time, or they were closed before. */
  readonly up: Settlement<void> = new Settlement();
  /** Resolves when all are gone. Rejects where it has given up. */
  readonly closed: Settlement<CloseReport> = new Settlement();
  readonly #settings: SupervisorSettings;
  readonly #ports: SupervisorPorts;
  readonly #places: readonly Place[];
  readonly #members: Map<number, Member> = new Map();
  readonly #rolling: Rolling;
  readonly #reports: CloseReport[] = [];
  #phase: Phase = 'opening';
  #lastId = 0;
  /** Workers in a row that were never ready. */
  #unready = 0;
  /** Why it has given up. */
  #failure: Error | undefined;

  constructor(settings: SupervisorSettings, ports: SupervisorPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#places = Array.from({ length: settings.count }, () => ({
      current: undefined,
      next: undefined,
      ends: 0,
      stopRetry: undefined,
    }));
    this.#rolling = new Rolling(settings.count, (place) => this.#replace(place));
  }

  begin(): void {
    for (const index of this.#places.keys()) this.#startCurrent(index);
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** The worker's `start` has settled. */
  ready(id: number): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    const wasStarting = member.state === 'starting';
    member.move('ready');
    if (!wasStarting) return;
    member.untimed();
    member.readyAt = this.#ports.now();
    this.#unready = 0;
    this.#ports.tell({ kind: 'ready', id, pid: member.process.pid });
    const place = this.#placeOf(member);
    const old = place.next === member ? place.current : undefined;
    if (place.next === member) {
      place.current = member;
      place.next = undefined;
    }
    if (old !== undefined) this.#drain(old, { ...this.#settings, readinessDelayMs: 0 });
    // One that was to be replaced may be ready before the one that replaces it.
    if (place.next === undefined) this.#rolling.ready(member.place, old !== undefined);
    const isUp = this.#places.every(({ current }) => current?.state === 'ready');
    if (this.#phase === 'opening' && isUp) {
      this.#phase = 'serving';
      this.up.resolve();
    }
  }

  /** The worker has said why it ends. */
  said(id: number, what: { readonly failure?: Error; readonly report?: CloseReport }): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.failure ??= what.failure;
    member.report = what.report ?? member.report;
  }

  /** The process is gone. */
  exited(id: number, how: HowEnded): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.move('exit');
    member.untimed();
    this.#members.delete(id);
    if (member.report !== undefined) this.#reports.push(member.report);
    const place = this.#placeOf(member);
    if (this.#phase !== 'closing' && member === place.next) this.#nextLost(place, member, how);
    else if (this.#phase !== 'closing' && member === place.current)
      this.#currentLost(place, member, how);
    else this.#ended(member);
  }

  /**
   * Replaces all workers, one by one: a new one is ready, then the old one drains. Asked again meanwhile, it begins
   * once more afterwards.
   */
  restart(): Promise<void> {
    if (this.#phase === 'closing' || this.#phase === 'over')
      return Promise.reject(closedMeanwhile());
    return this.#rolling.ask();
  }

  /** Lets requests end in all workers. A second call can make the end come earlier, never later. */
  close({ graceMs, readinessDelayMs }: CloseOptions): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'closing') {
      if (graceMs === undefined && readinessDelayMs === undefined) return;
      this.#drainAll({
        graceMs: graceMs ?? this.#settings.graceMs,
        readinessDelayMs: readinessDelayMs ?? 0,
      });
      return;
    }
    this.#shut();
    this.#drainAll({
      graceMs: graceMs ?? this.#settings.graceMs,
      readinessDelayMs: readinessDelayMs ?? this.#settings.readinessDelayMs,
    });
    this.#endIfAlone();
  }

  #drainAll(times: DrainTimes): void {
    for (const member of this.members) this.#drain(member, times);
  }

  /** No worker is started from now on. */
  #shut(): void {
    this.#phase = 'closing';
    for (const place of this.#places) {
      place.stopRetry?.();
      place.stopRetry = undefined;
    }
    this.#rolling.fail(closedMeanwhile());
    this.#ports.closeSockets();
  }

  #endIfAlone(): void {
    if (this.#members.size > 0) return;
    this.#phase = 'over';
    const failure = this.#failure;
    if (failure === undefined) {
      this.up.resolve();
      this.closed.resolve(sumOfReports(this.#reports));
    } else if (!this.up.isSettled) this.up.reject(failure);
    else this.closed.reject(failure);
  }

  #giveUp(error: Error): void {
    this.#failure = error;
    this.#shut();
    this.#drainAll({ graceMs: 0, readinessDelayMs: 0 });
    this.#endIfAlone();
  }

  /** It was told to end. */
  #ended(member: Member): void {
    this.#ports.tell({ kind: 'ended', id: member.id, pid: member.process.pid });
    if (this.#phase === 'closing') this.#endIfAlone();
    else this.#rolling.gone(member.place);
  }

  /** It was to replace another, which stays. */
  #nextLost(place: Place, member: Member, how: HowEnded): void {
    place.next = undefined;
    const error = failedFor(member.failure, how);
    this.#ports.tell({ kind: 'failed', id: member.id, pid: member.process.pid, error });
    this.#rolling.fail(error);
  }

  #currentLost(place: Place, member: Member, how: HowEnded): void {
    const { readyAt, id, failure } = member;
    const { pid } = member.process;
    place.current = undefined;
    const error = readyAt === undefined ? failedFor(failure, how) : cutShort(failure, how);
    if (place.next !== undefined) {
      // The one that was to replace it is on its way.
      place.current = place.next;
      place.next = undefined;
      this.#ports.tell({ kind: 'lost', id, pid, error, retryMs: 0 });
      return;
    }
    if (readyAt === undefined) this.#unready++;
    else if (this.#ports.now() - readyAt >= SOUND_MS) place.ends = 0;
    place.ends++;
    const nobodyServes = this.members.every(({ state }) => state !== 'ready');
    if (this.#phase === 'opening' || (nobodyServes && this.#unready >= UNREADY_MAX)) {
      this.#giveUp(error);
      return;
    }
    if (readyAt === undefined && this.#rolling.isAt(member.place)) this.#rolling.fail(error);
    const retryMs = backOffMs(place.ends);
    this.#ports.tell({ kind: 'lost', id, pid, error, retryMs });
    this.#startAgain(member.place, retryMs);
  }

  #startAgain(index: number, ms: number): void {
    const place = this.#places[index] as Place;
    if (ms === 0) {
      this.#startCurrent(index);
      return;
    }
    this.#ports.leavePlace(index);
    place.stopRetry = this.#ports.after(ms, () => this.#startCurrent(index));
  }

  #startCurrent(index: number): void {
    const place = this.#places[index] as Place;
    place.stopRetry = undefined;
    place.current = this.#fork(index);
  }

  /** The turn of a place, in a replacement of all. */
  #replace(index: number): void {
    const place = this.#places[index] as Place;
    if (place.current !== undefined) {
      place.next = this.#fork(index);
      return;
    }
    place.stopRetry?.();
    this.#startCurrent(index);
  }

  #fork(index: number): Member {
    const id = ++this.#lastId;
    const member = new Member(id, index, this.#ports.fork(id, index));
    this.#members.set(id, member);
    const { startMs } = this.#settings;
    member.timed(
      this.#ports.after(startMs, () => {
        member.failure = tooLate(startMs);
        this.#kill(member);
      }),
    );
    return member;
  }

  #drain(member: Member, times: DrainTimes): void {
    const isFirst = member.state === 'starting' || member.state === 'ready';
    member.move('drain');
    if (member.state !== 'draining') return;
    if (isFirst) this.#ports.tell({ kind: 'draining', id: member.id, pid: member.process.pid });
    member.process.drain(times);
    const { graceMs, readinessDelayMs } = times;
    const stop = this.#ports.after(graceMs + readinessDelayMs + KILL_AFTER_MS, () =>
      this.#kill(member),
    );
    member.timed(stop);
  }

  #kill(member: Member): void {
    member.move('kill');
    member.process.kill();
  }

  #placeOf(member: Member): Place {
    return this.#places[member.place] as Place;
  }
}
