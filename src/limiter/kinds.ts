// What is known of each kind of request: whether its handlers wait on purpose, how long they take
// where they don't, and whether they have stopped to finish. A kind is told by a number, a method and
// a route for instance; the table is bounded, and kinds that share an entry share what is known.

import type { Ticket } from './ticket.js';
import { Usual } from './usual.js';

/** A power of two. */
export const KINDS_MAX = 256;
/** Counts beyond it are halved: what was long ago counts less. */
const COUNT_MAX = 1024;
/** So many started, and none finished: */
const STALLED_STARTS = 64;
/** for so long, and for as many times as long as the kind usually takes. */
const STALLED_MS = 500;
const STALLED_FACTOR = 10;
/** One more is started so often. */
const PROBE_EVERY_MS = 200;
/** Where none was started for so long, nobody asked for it, and the stall may be over. */
const STALL_FORGOTTEN_MS = 5000;

export class Kind {
  /** The last time that one finished. */
  finishedAt: number = Number.NEGATIVE_INFINITY;
  #finished: number = 0;
  #long: number = 0;
  #startsSince: number = 0;
  /** The first start after the last that finished. */
  #startedAt: number = Number.NaN;
  #startedLastAt: number = Number.NEGATIVE_INFINITY;
  readonly #usual: Usual = new Usual();
  readonly #isTold: boolean;

  /** @param isTold - false for the requests of which no kind is told: they have nothing in common */
  constructor(isTold: boolean) {
    this.#isTold = isTold;
  }

  /** What a handler takes; of those that finished and held a slot. */
  get usualMs(): number {
    return this.#usual.ms;
  }

  /** Most wait on purpose. */
  get isLong(): boolean {
    return this.#long > this.#finished;
  }

  /** Most finish soon: one that doesn't is the exception, or waits for what is scarce. */
  get isShort(): boolean {
    return !this.#isTold || (this.#finished > 0 && !this.isLong);
  }

  /** They finish as a rule, and have stopped to: what they wait for has stalled. */
  isStalled(now: number): boolean {
    return (
      this.#startsSince >= STALLED_STARTS &&
      this.#isTold &&
      this.isShort &&
      !this.#isForgotten(now) &&
      now - this.#startedAt >= Math.max(STALLED_MS, STALLED_FACTOR * this.usualMs)
    );
  }

  /** Of a kind that is stalled one is started so often, to see whether it still is. */
  mayProbe(now: number): boolean {
    return now - this.#startedLastAt >= PROBE_EVERY_MS;
  }

  noteStart(now: number): void {
    if (this.#isForgotten(now)) this.#startsSince = 0;
    if (this.#startsSince === 0) this.#startedAt = now;
    this.#startedLastAt = now;
    this.#startsSince++;
  }

  /** One ended, in a slot or without. */
  noteEnd(now: number): void {
    this.finishedAt = now;
    this.#startsSince = 0;
  }

  /** One finished soon enough to tell what they usually take. */
  noteFinish(durationMs: number, now: number): void {
    this.noteEnd(now);
    this.#usual.note(durationMs);
    this.#finished++;
    this.#forget();
  }

  /** @returns whether it is a long one from here on, and was none before */
  noteLong(): boolean {
    if (!this.#isTold) return false;
    const wasLong = this.isLong;
    this.#long++;
    this.#forget();
    return this.isLong && !wasLong;
  }

  #isForgotten(now: number): boolean {
    return now - this.#startedLastAt >= STALL_FORGOTTEN_MS;
  }

  #forget(): void {
    if (this.#finished + this.#long < COUNT_MAX) return;
    this.#finished /= 2;
    this.#long /= 2;
  }
}

export class Kinds {
  /** By their number; undefined for one of which no request has come. */
  readonly #table: (Kind | undefined)[] = new Array(KINDS_MAX).fill(undefined);
  readonly #met: Kind[] = [];

  of(ticket: Ticket): Kind {
    if (ticket.kind < 0) ticket.kind = ticket.kindHash() & (KINDS_MAX - 1);
    return this.#table[ticket.kind] ?? this.#meet(ticket.kind);
  }

  /** Some kind is not to be started as others are. */
  areSpecial(now: number): boolean {
    // An index, not an iterator: all are asked at each look.
    for (let i = 0; i < this.#met.length; i++) {
      const kind = this.#met[i]!;
      if (kind.isLong || kind.isStalled(now)) return true;
    }
    return false;
  }

  #meet(number: number): Kind {
    const kind = new Kind(number !== 0);
    this.#table[number] = kind;
    this.#met.push(kind);
    return kind;
  }
}
