// What runs, and in what place: a slot, the lane of the probes, or none, where it waits on purpose. Every
// admission takes one place, may change it while it waits, and leaves it once.

import type { LimitAlgorithm } from './algorithms/algorithm.js';
import { Limit } from './limit.js';
import { LoopLimit } from './loop-limit.js';
import { AT_ONCE_MS, PARKED_MAX, Parking } from './parking.js';
import type { Tally } from './tally.js';
import { type Outcome, Pauses, type Ticket, ticketState } from './ticket.js';

/** Probes run in slots of their own, so that a full server still answers them. */
export const PROBES_MAX = 2;
/** What has run long, how busy the loop is, and whether it goes on, are looked at so often. */
export const LOOK_EVERY_MS = 20;

/** Nothing has run for so long: a rest. What comes behind it may be another load. */
export const REST_MS = 5000;

export class Slots {
  /** In slots. */
  inFlight: number = 0;
  probing: number = 0;
  /** Without a slot. */
  parked: number = 0;
  readonly limit: Limit;
  /** When to look, while somebody waits for a slot. */
  lookAt: number = Number.NEGATIVE_INFINITY;
  /** Some in the queue may be of a long kind: that was found while they waited. They need no slot. */
  longMayQueue: boolean = false;
  /**
   * The one that started last, while it runs. Most end before another starts: they never enter the parking.
   * Whoever asks the parking calls `#settle` first.
   */
  #latest: Ticket | null = null;
  /** The last start in a slot; NaN before the first. */
  #startedAt: number = Number.NaN;
  readonly #learns: boolean;
  readonly #loop: LoopLimit;
  readonly #parking: Parking = new Parking();

  /** @param idleMs - how long the event loop has slept, if anybody knows */
  constructor(algorithm: LimitAlgorithm, idleMs: (() => number) | undefined) {
    this.#learns = algorithm.learns;
    this.limit = new Limit(algorithm);
    this.#loop = new LoopLimit(idleMs);
  }

  get isFree(): boolean {
    return this.inFlight < this.limit.now;
  }

  /** The same for one that would start without waiting. */
  get isFreeInline(): boolean {
    return this.inFlight < this.limit.inline;
  }

  /** There are kinds of requests that don't start as others do. */
  get isWatching(): boolean {
    return this.#parking.isWatching;
  }

  /** Waits on purpose, as a rule: starts without a slot. */
  isLong(ticket: Ticket): boolean {
    return this.#parking.isLong(ticket);
  }

  /** One of the queue may start: in a slot, or without if it is of a long kind. */
  get mayStartQueued(): boolean {
    return this.isFree || (this.longMayQueue && this.hasRoomToPark);
  }

  get hasRoomToPark(): boolean {
    return this.parked < PARKED_MAX;
  }

  isStalled(ticket: Ticket, now: number): boolean {
    this.#settle();
    return this.#parking.isStalled(ticket, now);
  }

  /** @param state - `admitted`, `probing` or `parked` */
  take(ticket: Ticket, state: number, now: number): void {
    if (state === ticketState.admitted) {
      this.inFlight++;
      this.#startedAt = now;
    } else if (state === ticketState.probing) this.probing++;
    else this.parked++;
    ticket.state = state;
    ticket.admittedAt = now;
    ticket.startedAmong = this.inFlight;
    ticket.pauses = null;
  }

  /** Did not end with its start. */
  noteRunning(ticket: Ticket): void {
    if (this.#latest !== null) this.#settle();
    // It waited within its start, and has come back already: it must not enter twice.
    if (this.#parking.has(ticket)) this.#parking.noteStart(ticket);
    else this.#latest = ticket;
  }

  /** Started last, and runs. */
  isLatest(ticket: Ticket): boolean {
    return ticket === this.#latest;
  }

  /** The one that started last goes on. */
  #settle(): void {
    const latest = this.#latest;
    if (latest === null) return;
    this.#latest = null;
    if (this.#learns && latest.state === ticketState.admitted) this.#parking.enter(latest);
  }

  /** Ends. Only of one that has started. `durationMs` is its own time. */
  leave(ticket: Ticket, outcome: Outcome, durationMs: number, tally: Tally, now: number): void {
    const { state } = ticket;
    const isLatest = ticket === this.#latest;
    if (isLatest && outcome !== 'aborted') this.#latest = null;
    else if (this.#latest !== null) this.#settle();
    if (state === ticketState.admitted) {
      if (this.#learns) this.#noteEnd(ticket, outcome, isLatest, durationMs, tally, now);
      this.inFlight--;
    } else if (state === ticketState.probing) this.probing--;
    else {
      this.parked--;
      if (this.#learns) this.#parking.noteParkedEnd(ticket, durationMs, now);
    }
    ticket.pauses = null;
    ticket.state = ticketState.idle;
  }

  /**
   * It waits for something. It gives its slot back for as long, unless it is to hold it. What it waits for
   * takes none of its own time.
   */
  pause(ticket: Ticket, holdsSlot: boolean, now: number): void {
    if (ticket.state < ticketState.admitted) return;
    this.#settle();
    ticket.pauses ??= new Pauses();
    if (ticket.pauses.count++ === 0) ticket.pauses.since = now;
    if (holdsSlot || ticket.state !== ticketState.admitted) return;
    this.#parking.leave(ticket);
    this.inFlight--;
    this.parked++;
    ticket.state = ticketState.waiting;
  }

  /** One thing that it waited for has come. After the last it holds a slot again, be there one or not. */
  resume(ticket: Ticket, now: number): void {
    const { pauses } = ticket;
    if (pauses === null || pauses.count === 0 || --pauses.count > 0) return;
    pauses.ms += now - pauses.since;
    if (ticket.state !== ticketState.waiting) return;
    this.#settle();
    this.parked--;
    this.inFlight++;
    ticket.state = ticketState.admitted;
    if (this.#learns) this.#parking.enterAgain(ticket);
  }

  /** What comes behind a rest may be another load. It is met as the first was. */
  #forget(tally: Tally, now: number): void {
    this.#startedAt = now;
    this.limit.forget(tally);
    this.#loop.forget();
    this.#parking.forget();
  }

  /** Takes the slots of those that are found to wait on purpose, and follows how busy the loop is. */
  look(tally: Tally, now: number): void {
    if (now >= this.lookAt) this.#lookNow(tally, now);
  }

  #lookNow(tally: Tally, now: number): void {
    this.lookAt = now + LOOK_EVERY_MS;
    // Where there is nothing to find, the look tells that the process goes on.
    if (!this.limit.learns) return;
    this.#settle();
    if (this.#parking.look(now, PARKED_MAX - this.parked, this.#park)) this.longMayQueue = true;
    this.#loop.look(now);
    this.limit.look(now);
    if (this.inFlight === 0 && now - this.#startedAt >= REST_MS) this.#forget(tally, now);
    this.limit.setCeiling(this.#loop.limit);
  }

  /** The time for which it has held a slot is part of how many hold one. */
  readonly #park = (ticket: Ticket, now: number): void => {
    this.#loop.noteEnd(now - ticket.admittedAt);
    this.inFlight--;
    this.parked++;
    ticket.state = ticketState.parked;
  };

  #noteEnd(
    ticket: Ticket,
    outcome: Outcome,
    isLatest: boolean,
    durationMs: number,
    tally: Tally,
    now: number,
  ): void {
    if (outcome === 'aborted') {
      this.#parking.leave(ticket);
      return;
    }
    const parking = this.#parking;
    // V8 inlines what is small: what most ends need stands here, the rest in a call.
    const isPassing = isLatest ? durationMs < AT_ONCE_MS && parking.isCalm : !parking.has(ticket);
    if (isPassing) parking.noteEndAtOnce(ticket, now);
    else parking.noteEnd(ticket, isLatest, durationMs, now);
    this.#loop.noteEnd(durationMs);
    // What has only computed waited for nothing: its time says nothing of a queue.
    if (!isPassing || outcome === 'timedOut')
      this.limit.learn(ticket, outcome, durationMs, this.inFlight, tally, now);
  }
}

/** How long it has run, without what it waited for. */
export function ownMs(ticket: Ticket, now: number): number {
  const { pauses } = ticket;
  if (pauses === null) return Math.max(0, now - ticket.admittedAt);
  const until = pauses.count > 0 ? pauses.since : now;
  return Math.max(0, until - ticket.admittedAt - pauses.ms);
}
