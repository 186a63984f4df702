// The limit as it is now, and the algorithm that moves it. One Sample serves all releases.

import type { LimitAlgorithm, Sample } from './algorithms/algorithm.js';
import type { Tally } from './tally.js';
import type { Outcome, Ticket } from './ticket.js';

/** A limit that kept nobody waiting for so long may be one that something else had, which is over. */
const FORGOTTEN_MS = 5000;

export class Limit {
  /** Handlers that may run at once. */
  now: number;
  /** The same for those who would start without waiting: 0 while memory is short. */
  inline: number;
  memoryShort: boolean = false;
  /** Hears of each change. */
  onChange: ((limit: number, previous: number) => void) | undefined = undefined;
  /** What the algorithm has found, when it was last followed. */
  #found: number;
  /** What the event loop allows, whatever the algorithm has found. */
  #ceiling: number = Number.POSITIVE_INFINITY;
  /** The found limit has kept somebody waiting. */
  #blockedAt: number = Number.NEGATIVE_INFINITY;
  readonly #algorithm: LimitAlgorithm;
  readonly #sample: Sample = {
    startedAt: Number.NaN,
    durationMs: Number.NaN,
    among: 0,
    inFlight: 0,
    dropped: false,
    now: Number.NaN,
    arrivals: 0,
    blocked: 0,
  };

  /** False where the limit is a number that somebody chose. */
  get learns(): boolean {
    return this.#algorithm.learns;
  }

  constructor(algorithm: LimitAlgorithm) {
    this.#algorithm = algorithm;
    this.#found = algorithm.limit;
    this.now = algorithm.limit;
    this.inline = algorithm.limit;
  }

  /** With so many before it, does the found limit keep one waiting, and not what the event loop allows? */
  blocks(ahead: number, now: number): boolean {
    if (ahead < this.now || this.#algorithm.limit > this.#ceiling) return false;
    this.#blockedAt = now;
    return true;
  }

  /** What has kept nobody waiting for long is forgotten. */
  look(now: number): void {
    if (now - this.#blockedAt < FORGOTTEN_MS) return;
    this.#blockedAt = now;
    this.#algorithm.reopen();
    this.#follow();
  }

  /** So is all that was learnt on the way to it, where nothing has run for long. */
  forget(tally: Tally): void {
    this.#algorithm.forget(tally.offered, tally.blocked);
    this.#follow();
  }

  set(limit: number): void {
    this.#algorithm.limit = limit;
    this.#follow();
  }

  setCeiling(ceiling: number): void {
    if (ceiling === this.#ceiling) return;
    this.#ceiling = ceiling;
    this.#follow();
  }

  setMemoryShort(memoryShort: boolean): void {
    this.memoryShort = memoryShort;
    this.#follow();
  }

  /** A handler is done; it ran among `inFlight`, itself included. */
  learn(
    ticket: Ticket,
    outcome: Outcome,
    durationMs: number,
    inFlight: number,
    tally: Tally,
    now: number,
  ): void {
    const sample = this.#sample;
    sample.startedAt = ticket.admittedAt;
    sample.durationMs = durationMs;
    sample.among = ticket.startedAmong;
    sample.inFlight = inFlight;
    sample.dropped = outcome === 'timedOut';
    sample.now = now;
    sample.arrivals = tally.offered;
    sample.blocked = tally.blocked;
    this.#algorithm.sample(sample);
    if (this.#algorithm.limit !== this.#found) this.#follow();
  }

  #follow(): void {
    const previous = this.now;
    this.#found = this.#algorithm.limit;
    this.now = Math.min(this.#found, this.#ceiling);
    this.inline = this.memoryShort ? 0 : this.now;
    if (this.now !== previous) this.onChange?.(this.now, previous);
  }
}
