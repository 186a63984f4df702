// The bounded queue: the classes, in strict order. It decides who is next and who has to go; when, the limiter and its law decide.

import { ClassQueue } from './class-queue.js';
import type { Ticket } from './ticket.js';
import { priorities, ticketState } from './ticket.js';

export interface QueueBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

export class Queue {
  entries: number = 0;
  bytes: number = 0;
  /**
   * No queued ticket has a deadline before this. That of one that has left may still stand here,
   * until somebody asks for {@link mostUrgent}.
   */
  earliestDeadline: number = Number.POSITIVE_INFINITY;

  readonly #bounds: QueueBounds;
  /** By class. That of the probes stays empty: they never wait. */
  readonly #classes: readonly ClassQueue[] = priorities.map(() => new ClassQueue());

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  hasRoomFor(ticket: Ticket): boolean {
    return (
      this.entries < this.#bounds.entriesMax &&
      this.bytes + ticket.queuedBytes <= this.#bounds.bytesMax
    );
  }

  push(ticket: Ticket): void {
    ticket.state = ticketState.queued;
    ticket.stalledMs = 0;
    this.#classes[ticket.priority]!.push(ticket);
    this.entries++;
    this.bytes += ticket.queuedBytes;
    if (ticket.deadlineAt < this.earliestDeadline) this.earliestDeadline = ticket.deadlineAt;
  }

  remove(ticket: Ticket): void {
    this.#classes[ticket.priority]!.remove(ticket);
    this.#forget(ticket);
  }

  /** The next to be served: of the highest class, of the bucket whose turn it is, the oldest. */
  shift(): Ticket | null {
    for (const queue of this.#classes) {
      const ticket = queue.shift();
      if (ticket !== null) {
        this.#forget(ticket);
        return ticket;
      }
    }
    return null;
  }

  /** Those that are wanted: the highest class first, the oldest of each first. Looks at all of them. */
  every(isWanted: (ticket: Ticket) => boolean): Ticket[] {
    const wanted: Ticket[] = [];
    for (const { oldest } of this.#classes) {
      for (let ticket = oldest; ticket !== null; ticket = ticket.younger) {
        if (isWanted(ticket)) wanted.push(ticket);
      }
    }
    return wanted;
  }

  /** The process has stalled since `from`, for `stallMs`. Looks at all of those who waited by then. */
  noteStall(from: number, stallMs: number): void {
    const ms = Math.ceil(stallMs);
    for (const { oldest } of this.#classes) {
      for (let ticket = oldest; ticket !== null; ticket = ticket.younger) {
        if (ticket.offeredAt > from) break;
        if (ms > ticket.stalledMs) ticket.stalledMs = ms;
      }
    }
  }

  oldestOf(priority: number): Ticket | null {
    return this.#classes[priority]!.oldest;
  }

  /** How many of this class wait. */
  entriesOf(priority: number): number {
    return this.#classes[priority]!.entries;
  }

  /** How many of this class and of higher ones wait. */
  entriesUpTo(priority: number): number {
    let entries = 0;
    for (let i = 0; i <= priority; i++) entries += this.#classes[i]!.entries;
    return entries;
  }

  /**
   * Who should leave so that `arrival` can stay: the newest of the longest bucket of the lowest
   * class. Null where that is the arrival itself, its own bucket counted with it. A client that asks for less
   * is so never crowded out by one that asks for more.
   */
  victimFor(arrival: Ticket): Ticket | null {
    for (let i = this.#classes.length - 1; i > arrival.priority; i--) {
      const victim = this.#classes[i]!.newestOfLongest();
      if (victim !== null) return victim;
    }
    const own = this.#classes[arrival.priority]!;
    const victim = own.newestOfLongest();
    if (victim === null) return null;
    return own.entriesBeside(victim) > own.entriesBeside(arrival) + 1 ? victim : null;
  }

  /** The newest of the longest bucket of the lowest class that waits, of this one and above. */
  newestUpTo(priority: number): Ticket | null {
    for (let i = priority; i > 0; i--) {
      const newest = this.#classes[i]!.newestOfLongest();
      if (newest !== null) return newest;
    }
    return null;
  }

  /** Whether pushing out the victims for `arrival`, one after the other, would make room for it. */
  canMakeRoomFor(arrival: Ticket): boolean {
    const victim = this.victimFor(arrival);
    if (victim === null) return false;
    let bytes = this.bytes + arrival.queuedBytes;
    if (victim.priority === arrival.priority) bytes -= victim.queuedBytes;
    else {
      for (let i = this.#classes.length - 1; i > arrival.priority; i--) {
        bytes -= this.#classes[i]!.bytes;
      }
    }
    return bytes <= this.#bounds.bytesMax;
  }

  /**
   * The ticket with the earliest deadline, if any has one. Looks at all of them, and so is asked
   * only when a deadline may have passed.
   */
  mostUrgent(): Ticket | null {
    let urgent: Ticket | null = null;
    this.earliestDeadline = Number.POSITIVE_INFINITY;
    for (const { oldest } of this.#classes) {
      for (let ticket = oldest; ticket !== null; ticket = ticket.younger) {
        if (ticket.deadlineAt < this.earliestDeadline) {
          this.earliestDeadline = ticket.deadlineAt;
          urgent = ticket;
        }
      }
    }
    return urgent;
  }

  #forget(ticket: Ticket): void {
    ticket.state = ticketState.idle;
    this.entries--;
    this.bytes -= ticket.queuedBytes;
    if (this.entries === 0) this.earliestDeadline = Number.POSITIVE_INFINITY;
  }
}
