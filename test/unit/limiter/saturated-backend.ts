// A backend that serves so many at once, behind an algorithm that finds a limit: nothing is left to chance.

import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';

interface Run {
  readonly startedAt: number;
  readonly among: number;
  endsAt: number;
}

export class SaturatedBackend {
  now: number = 0;
  /** By their start. */
  running: Run[] = [];
  ends: number = 0;
  arrivals: number = 0;
  blocked: number = 0;
  /** What each of its places does next, and until when. */
  readonly #freeAt: number[];
  readonly #algorithm: LimitAlgorithm;
  readonly #serviceMs: (now: number) => number;
  #nextAt: number = 0;

  constructor(algorithm: LimitAlgorithm, places: number, serviceMs: (now: number) => number) {
    this.#algorithm = algorithm;
    this.#serviceMs = serviceMs;
    this.#freeAt = new Array<number>(places).fill(0);
  }

  /** One comes each `everyMs`, until then. */
  until(time: number, everyMs: number): this {
    while (this.now < time) {
      const next = this.running.reduce(
        (first, run) => Math.min(first, run.endsAt),
        Number.POSITIVE_INFINITY,
      );
      this.now = Math.min(next, this.#nextAt);
      if (next <= this.#nextAt) this.#end();
      else this.#arrive(everyMs);
    }
    return this;
  }

  #arrive(everyMs: number): void {
    this.#nextAt += everyMs;
    this.arrivals++;
    if (this.running.length >= this.#algorithm.limit) {
      this.blocked++;
      return;
    }
    const place = this.#freeAt.indexOf(Math.min(...this.#freeAt));
    const endsAt = Math.max(this.now, this.#freeAt[place]!) + this.#serviceMs(this.now);
    this.#freeAt[place] = endsAt;
    this.running.push({ startedAt: this.now, among: this.running.length + 1, endsAt });
  }

  #end(): void {
    const ended = this.running.findIndex(({ endsAt }) => endsAt === this.now);
    const { startedAt, among } = this.running[ended]!;
    this.ends++;
    this.#algorithm.sample({
      startedAt,
      durationMs: this.now - startedAt,
      among,
      inFlight: this.running.length,
      dropped: false,
      now: this.now,
      arrivals: this.arrivals,
      blocked: this.blocked,
    });
    this.running.splice(ended, 1);
  }
}
