// A supervisor of workers whose processes are entries of a list, in virtual time.

import type { DrainTimes, WorkerProcess } from '../../src/adapters/workers/member.js';
import type { WorkerEvent } from '../../src/adapters/workers/options.js';
import { Supervisor } from '../../src/adapters/workers/supervisor.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export interface Fake {
  readonly id: number;
  readonly place: number;
  readonly drains: DrainTimes[];
  killed: boolean;
}

export class Supervised {
  readonly supervisor: Supervisor;
  readonly forks: Fake[] = [];
  readonly events: WorkerEvent[] = [];
  /** Places that were left, and 'all'. */
  readonly left: (number | 'all')[] = [];
  now = 0;
  readonly #timers: Set<Timer> = new Set();

  constructor(count: number) {
    const settings = { count, graceMs: 10_000, readinessDelayMs: 500, startMs: 30_000 };
    this.supervisor = new Supervisor(settings, {
      fork: (id, place) => this.#fork(id, place),
      now: () => this.now,
      after: (ms, callback) => {
        const timer = { at: this.now + ms, callback };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
      leavePlace: (place) => this.left.push(place),
      closeSockets: () => this.left.push('all'),
      tell: (event) => this.events.push(event),
    });
    this.supervisor.begin();
  }

  /** All first workers are ready. */
  static async serving(count: number): Promise<Supervised> {
    const one = new Supervised(count);
    for (const { id } of [...one.forks]) one.supervisor.ready(id);
    await one.supervisor.up.promise;
    return one;
  }

  get timers(): number {
    return this.#timers.size;
  }

  get last(): Fake {
    return this.forks.at(-1) as Fake;
  }

  fork(id: number): Fake {
    return this.forks[id - 1] as Fake;
  }

  /** The states by number: `1 ready, 2 starting`. */
  get states(): string {
    return this.supervisor.members.map(({ id, state }) => `${id} ${state}`).join(', ');
  }

  exit(id: number, code: number | null = 1, signal: string | null = null): void {
    this.supervisor.exited(id, { code, signal });
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.now = due.at;
      due.callback();
    }
    this.now = until;
  }

  #fork(id: number, place: number): WorkerProcess {
    const fake: Fake = { id, place, drains: [], killed: false };
    this.forks.push(fake);
    return {
      pid: 1000 + id,
      drain: (times) => fake.drains.push(times),
      kill: () => {
        fake.killed = true;
      },
    };
  }
}
