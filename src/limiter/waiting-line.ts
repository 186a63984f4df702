// Who may wait, who is next, and who is refused: the queue and its law. Whether there is a slot it is not
// asked; when, the limiter decides.

import type { Budget } from './budget.js';
import { lawFor } from './laws/by-name.js';
import type { CallerPorts } from './laws/callers.js';
import type { QueueLaw } from './laws/law.js';
import type { QueueSettings } from './options.js';
import { Queue } from './queue.js';
import { type RefusalReason, retryAfterMs } from './refusal.js';
import type { Slots } from './slots.js';
import type { Tally } from './tally.js';
import { priorityClass, type Ticket, ticketState, waitingClasses } from './ticket.js';

/** A FIN can't be told from a close: who has waited less is still served. */
export const GONE_AFTER_MS = 10;
/** Refusals at once, after which sockets get their turn: a long queue takes a while to refuse. */
export const REFUSED_AT_ONCE_MAX = 256;

/**
 * What is told later than it was asked for by so much tells of a stall of the process; less is ordinary work. A
 * turn is asked for at once, a look at the slots in `LOOK_EVERY_MS`.
 */
export const STALL_MS_MIN = 20;

/** What it shares with the limiter that it belongs to. */
export interface WaitingLineParts {
  readonly slots: Slots;
  readonly budget: Budget;
  readonly tally: Tally;
  readonly random: () => number;
  /** Connections that ask, if anybody knows. */
  readonly asking: (() => number) | undefined;
}

export class WaitingLine {
  readonly queue: Queue;
  readonly law: QueueLaw;
  readonly #slots: Slots;
  readonly #budget: Budget;
  readonly #tally: Tally;
  readonly #random: () => number;

  constructor(settings: QueueSettings, parts: WaitingLineParts) {
    this.queue = new Queue(settings);
    this.#slots = parts.slots;
    this.#budget = parts.budget;
    this.#tally = parts.tally;
    this.#random = parts.random;
    this.law = lawFor(settings, this.#callers(parts.asking), () => this.#outstanding > 0);
  }

  get entries(): number {
    return this.queue.entries;
  }

  /** Lets it wait, or refuses it. */
  enqueue(ticket: Ticket, now: number): void {
    const { queue, law } = this;
    const reason = this.#reasonAgainst(ticket, now);
    if (reason !== null && (reason === 'deadline' || !this.#pushOutFor(ticket))) {
      this.refuse(ticket, reason);
      this.#refuseSurplus(ticket.priority);
      return;
    }
    if (queue.entries === 0) law.noteBacklog(now);
    queue.push(ticket);
  }

  /** The next to start, out of the queue; null where it has left, or is refused. Not of an empty queue. */
  next(now: number): Ticket | null {
    const ticket = this.queue.shift()!;
    return this.#mayStart(ticket, now) ? ticket : null;
  }

  /** Takes out this one, which is to start before its turn. False where it has left, or is refused. */
  take(ticket: Ticket, now: number): boolean {
    this.queue.remove(ticket);
    return this.#mayStart(ticket, now);
  }

  #mayStart(ticket: Ticket, now: number): boolean {
    if (this.#hasGone(ticket, now)) {
      this.#drop(ticket);
      return false;
    }
    const isStalled = this.#slots.isWatching && this.#slots.isStalled(ticket, now);
    const reason = isStalled ? 'stalled' : this.#reasonAgainstStart(ticket, now);
    if (reason !== null) {
      this.refuse(ticket, reason);
      return false;
    }
    this.law.noteStart(ticket, now);
    return true;
  }

  /**
   * Nothing was told between these times, though something was to be done. Nobody is refused for having
   * waited through the longest such gap. Those who stood in it might have been served meanwhile, and what would
   * have freed a slot was not heard. Shorter ones do count, for a server that stalls again and again is overloaded.
   */
  noteGap(from: number, to: number): void {
    const ms = to - from;
    if (ms >= STALL_MS_MIN && this.queue.entries > 0) this.queue.noteStall(from, ms);
  }

  /** Its client took it back. */
  withdraw(ticket: Ticket): void {
    this.queue.remove(ticket);
    this.law.noteGone(ticket, this.#budget.now);
  }

  /** When `expire` has something to do, or a slot may be found: Infinity where nothing waits. */
  nextExpiry(): number {
    return this.queue.entries === 0 ? Number.POSITIVE_INFINITY : this.#nextExpiryOfQueue();
  }

  #nextExpiryOfQueue(): number {
    const { queue } = this;
    const slots = this.#slots;
    let expiry = queue.earliestDeadline;
    if (!slots.isFree) expiry = Math.min(expiry, slots.lookAt);
    for (const priority of waitingClasses) {
      const oldest = queue.oldestOf(priority);
      if (oldest === null) continue;
      expiry = Math.min(expiry, this.#patienceEndsAt(oldest));
    }
    return expiry;
  }

  /** Refuses those who have waited too long, or whose deadline passed; the rest of many a little later. */
  expire(now: number): void {
    const { queue } = this;
    let refused = 0;
    for (const priority of waitingClasses) {
      for (let oldest = queue.oldestOf(priority); oldest !== null; ) {
        if (now < this.#patienceEndsAt(oldest)) break;
        if (++refused > REFUSED_AT_ONCE_MAX) return;
        this.#turnAway(oldest, 'waited');
        oldest = queue.oldestOf(priority);
      }
    }
    while (now >= queue.earliestDeadline) {
      const ticket = queue.mostUrgent();
      if (ticket !== null && now >= ticket.deadlineAt) this.#turnAway(ticket, 'deadline');
    }
  }

  refuseAll(reason: RefusalReason): void {
    const { queue } = this;
    for (const priority of waitingClasses) {
      for (let next = queue.oldestOf(priority); next !== null; next = queue.oldestOf(priority)) {
        this.#turnAway(next, reason);
      }
    }
  }

  /** One that is not in the queue. */
  refuse(ticket: Ticket, reason: RefusalReason): void {
    ticket.state = ticketState.idle;
    this.#tally.refusedBy[reason]++;
    if (isOfTheQueue(ticket, reason)) this.law.noteRefusal(ticket, reason, this.#budget.now);
    ticket.onRefused(reason, retryAfterMs(this.#random()), this.#budget.now);
  }

  #patienceEndsAt({ offeredAt, priority, stalledMs }: Ticket): number {
    return offeredAt + this.law.patienceMs(priority) + stalledMs;
  }

  #reasonAgainstStart(ticket: Ticket, now: number): RefusalReason | null {
    const byLaw = this.law.refusesStart(ticket, now);
    if (byLaw !== null) return byLaw;
    return now >= this.#patienceEndsAt(ticket) ? 'waited' : null;
  }

  #reasonAgainst(ticket: Ticket, now: number): RefusalReason | null {
    const { queue, law } = this;
    const byLaw = law.refusesArrival(ticket, queue.entriesUpTo(ticket.priority), now);
    // First, since for one that comes too late nobody else need go.
    if (byLaw === 'deadline') return byLaw;
    if (this.#slots.limit.memoryShort) return 'memory';
    return queue.hasRoomFor(ticket) ? byLaw : 'queueFull';
  }

  /** Pushes out one, and as many more as the room needs. False if it is the arrival that has to go. */
  #pushOutFor(arrival: Ticket): boolean {
    const { queue } = this;
    if (!queue.canMakeRoomFor(arrival)) return false;
    do {
      const victim = queue.victimFor(arrival);
      if (victim === null) return false;
      this.#turnAway(victim, 'displaced');
    } while (!queue.hasRoomFor(arrival));
    return true;
  }

  /** What was let in and turns out to be too much: now, rather than after a wait. */
  #refuseSurplus(priority: number): void {
    for (let i = 0; i < REFUSED_AT_ONCE_MAX; i++) {
      if (!this.law.wantsFewer(priority, this.queue.entriesUpTo(priority))) return;
      const newest = this.queue.newestUpTo(priority);
      if (newest === null) return;
      this.#turnAway(newest, 'waitTooLong');
    }
  }

  #turnAway(queued: Ticket, reason: RefusalReason): void {
    this.queue.remove(queued);
    if (this.#hasGone(queued, this.#budget.now)) this.#drop(queued);
    else this.refuse(queued, reason);
  }

  #hasGone(ticket: Ticket, now: number): boolean {
    return now - ticket.offeredAt > GONE_AFTER_MS && ticket.isGone(now);
  }

  #drop(ticket: Ticket): void {
    ticket.state = ticketState.idle;
    this.#tally.gone++;
    this.law.noteGone(ticket, this.#budget.now);
    ticket.onGone(this.#budget.now);
  }

  /** What the queue's law may know of the callers. Those that are parked ask for nothing else meanwhile. */
  #callers(asking: (() => number) | undefined): CallerPorts | undefined {
    if (asking === undefined) return undefined;
    return {
      asking: () => Math.max(asking(), this.#outstanding + this.#slots.parked) - this.#slots.parked,
      outstanding: () => this.#outstanding,
    };
  }

  get #outstanding(): number {
    return this.#slots.inFlight + this.queue.entries;
  }
}

/** Whether the refusal tells of the queue: neither of a probe nor of one kind of request alone. */
function isOfTheQueue(ticket: Ticket, reason: RefusalReason): boolean {
  return ticket.priority !== priorityClass.probe && reason !== 'stalled' && reason !== 'parkedFull';
}
