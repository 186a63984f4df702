// A slot is for what is scarce. A handler that waits on purpose, as a long poll does, gives its slot
// back and is counted apart: it is parked. It says so, or it is found: it runs far longer than those
// that finish. Nothing is learnt from its time.
//
// Where a backend stalls, its callers run long, too. They are told from long polls by their kind, which
// finished until then: of such a kind no more are started.

import { type Kind, Kinds } from './kinds.js';
import type { Ticket } from './ticket.js';
import { TicketList } from './ticket-list.js';
import { Usual } from './usual.js';

/** As many as a server has connections, unless it is told otherwise. */
export const PARKED_MAX = 10_000;
/** No handler is found to wait on purpose sooner. */
const LEAST_MS = 100;
/** Of a kind that finishes as a rule: after so many times what it usually takes. */
const SHORT_FACTOR = 10;
/** Of another: after so many times what all usually take, where one has finished since, */
const UNKNOWN_FACTOR = 2;
/** and after what clients wait for in any case. */
const UNKNOWN_MS_MAX = 500;
/** One that ends so soon, before another starts, has only computed. */
export const AT_ONCE_MS = 0.1;

export class Parking {
  /** Some kind is known whose requests don't start as others do. */
  isWatching: boolean = false;
  /** Those that hold a slot, by their start. One that ends before another starts never stands here. */
  readonly #running: TicketList = new TicketList();
  readonly #kinds: Kinds = new Kinds();
  #usual: Usual = new Usual();
  #finishedAt: number = Number.NEGATIVE_INFINITY;
  #mayCountShort: boolean = true;
  #hasFoundLong: boolean = false;

  /** Runs on, in a slot, since `admittedAt`. */
  enter(ticket: Ticket): void {
    this.#running.push(ticket);
    this.noteStart(ticket);
  }

  /** Its kind starts. */
  noteStart(ticket: Ticket): void {
    this.#kinds.of(ticket).noteStart(ticket.admittedAt);
  }

  /** Runs on, in a slot. */
  has(ticket: Ticket): boolean {
    return this.#running.has(ticket);
  }

  /** Holds its slot no more, and may come back. */
  leave(ticket: Ticket): void {
    if (this.#running.has(ticket)) this.#running.remove(ticket);
  }

  /** Holds a slot again. */
  enterAgain(ticket: Ticket): void {
    this.#running.push(ticket);
  }

  /** Nobody runs beside the one that started last, and no kind is special. */
  get isCalm(): boolean {
    return this.#running.entries === 0 && !this.isWatching;
  }

  /**
   * Ended within its start, or soon after it before another started: it has only computed. While others run it tells that
   * its kind goes on.
   */
  noteEndAtOnce(ticket: Ticket, now: number): void {
    this.#finishedAt = now;
    if (this.#running.entries > 0) this.#kinds.of(ticket).noteEnd(now);
  }

  /**
   * Finished in a slot.
   *
   * @param isLatest - it never entered. Its start would tell its kind nothing, now that it has finished.
   */
  noteEnd(ticket: Ticket, isLatest: boolean, durationMs: number, now: number): void {
    this.#finishedAt = now;
    if (!isLatest) this.#running.remove(ticket);
    this.#usual.note(durationMs);
    this.#kinds.of(ticket).noteFinish(durationMs, now);
  }

  /** Finished without a slot. What is taken for long and is not makes its kind a short one again. */
  noteParkedEnd(ticket: Ticket, durationMs: number, now: number): void {
    this.#finishedAt = now;
    const kind = this.#kinds.of(ticket);
    if (durationMs < LEAST_MS) kind.noteFinish(durationMs, now);
    else kind.noteEnd(now);
  }

  /** What all usually take may be something else. Each kind keeps its own. */
  forget(): void {
    this.#usual = new Usual();
  }

  isLong(ticket: Ticket): boolean {
    return this.#kinds.of(ticket).isLong;
  }

  /** One more of its kind would not help. */
  isStalled(ticket: Ticket, now: number): boolean {
    const kind = this.#kinds.of(ticket);
    return kind.isStalled(now) && !kind.mayProbe(now);
  }

  /**
   * Gives those that are found to wait on purpose, `roomFor` at most, to `park`.
   *
   * @returns whether a kind was found to be long
   */
  look(now: number, roomFor: number, park: (ticket: Ticket, now: number) => void): boolean {
    let room = roomFor;
    this.#hasFoundLong = false;
    this.#mayCountShort = true;
    for (let ticket = this.#running.head; ticket !== null && room > 0; ) {
      const { behind } = ticket;
      const ageMs = now - ticket.admittedAt;
      if (ageMs < LEAST_MS) break;
      if (this.#isLate(ticket, ageMs)) {
        this.#running.remove(ticket);
        park(ticket, now);
        room--;
      }
      ticket = behind;
    }
    this.isWatching = this.#kinds.areSpecial(now);
    return this.#hasFoundLong;
  }

  /**
   * Has it run too long, while others finished? A finish counts that came after it had run too long already:
   * in a stall there is none, and nobody is parked for it.
   */
  #isLate(ticket: Ticket, ageMs: number): boolean {
    const kind = this.#kinds.of(ticket);
    const lateAt = ticket.admittedAt + this.#lateAfterMs(kind);
    if (kind.isShort) {
      if (this.#finishedAt < lateAt) return false;
      // Its kind may be of two sorts, where others of it finish. Of those that a stall has made late only
      // the first finish is seen, so one is counted in a look.
      if (this.#mayCountShort && kind.finishedAt >= lateAt) {
        this.#mayCountShort = false;
        this.#noteLong(kind);
      }
      return true;
    }
    if (this.#finishedAt < lateAt && ageMs < UNKNOWN_MS_MAX) return false;
    this.#noteLong(kind);
    return true;
  }

  #noteLong(kind: Kind): void {
    if (kind.noteLong()) this.#hasFoundLong = true;
  }

  #lateAfterMs(kind: Kind): number {
    if (kind.isShort)
      return Math.max(LEAST_MS, SHORT_FACTOR * Math.max(kind.usualMs, this.#usual.ms));
    return Math.max(LEAST_MS, UNKNOWN_FACTOR * this.#usual.ms);
  }
}
