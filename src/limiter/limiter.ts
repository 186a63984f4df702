// Admission: how many handlers run, who waits, who is refused. Time comes with each call, turns
// are asked for through a port. Handlers start in two places only, `offer` and `turn`; whatever
// else makes room arms a turn.

import type { LimitAlgorithm } from './algorithms/algorithm.js';
import { algorithmFor } from './algorithms/by-name.js';
import { Budget } from './budget.js';
import { bucketFor } from './client-bucket.js';
import { lawFor } from './laws/by-name.js';
import type { QueueLaw } from './laws/law.js';
import { Limit } from './limit.js';
import type { LimiterSettings } from './options.js';
import { Queue } from './queue.js';
import type { RefusalReason } from './refusal.js';
import { retryAfterMs } from './refusal.js';
import type { LimiterStats } from './stats.js';
import { Tally } from './tally.js';
import type { Outcome, Ticket } from './ticket.js';
import { priorityClass, ticketState, waitingClasses } from './ticket.js';
import { TicketList } from './ticket-list.js';

export interface LimiterPorts {
  /** Asks for `turn(now)` after the I/O that is at hand. Not asked again before that turn came. */
  armTurn(): void;
  /** The clock of every `now`, in milliseconds that never fall. */
  clock(): number;
  /** From 0 up to 1. */
  random(): number;
}

/** Probes run in slots of their own, so that a full server still answers them. */
export const probesMax = 2;
/** A FIN can't be told from a close: who has waited less is still served. */
export const goneAfterMs = 10;

export class Limiter {
  private readonly ports: LimiterPorts;
  private readonly queue: Queue;
  private readonly law: QueueLaw;
  private readonly limit: Limit;
  private readonly budget: Budget;
  private readonly tally: Tally = new Tally();
  private readonly bucketSeed: number;

  private inFlight: number = 0;
  private probesInFlight: number = 0;
  private turnArmed: boolean = false;

  /** True while a callback may be running. What is offered then is postponed: the stack stays flat. */
  private entered: boolean = false;
  private readonly postponed: TicketList = new TicketList();

  constructor(
    settings: LimiterSettings,
    ports: LimiterPorts,
    algorithm: LimitAlgorithm = algorithmFor(settings.concurrency, ports.random),
  ) {
    this.ports = ports;
    this.queue = new Queue(settings.queue);
    this.law = lawFor(settings.queue);
    this.limit = new Limit(algorithm);
    this.budget = new Budget(ports.clock);
    this.bucketSeed = Math.floor(ports.random() * 2 ** 32);
  }

  /** The bucket of a client, for `ticket.clientBucket`. Which clients share one, nobody can foresee. */
  bucketOf(clientKey: string): number {
    return bucketFor(clientKey, this.bucketSeed);
  }

  /**
   * Takes a request in: starts it now (`onAdmitted` is called before this returns), queues it, or
   * refuses it. From within a callback it is decided a little later, before the call that made the
   * callback returns.
   */
  offer(ticket: Ticket, now: number): void {
    if (ticket.state !== ticketState.idle) {
      throw new Error('sluice: a ticket was offered again before it was released or refused');
    }
    this.tally.offered++;
    this.budget.noteEvent();
    if (this.entered) {
      this.postpone(ticket);
      return;
    }
    this.enter(now);
    try {
      // A callback that threw has left somebody undecided, who came before.
      if (this.postponed.entries > 0) this.postpone(ticket);
      else this.decide(ticket);
      if (this.postponed.entries > 0) this.decidePostponed();
    } finally {
      this.leave();
    }
  }

  /** The client of a waiting request left; no callback follows. False if it was not waiting. */
  withdraw(ticket: Ticket): boolean {
    if (ticket.state === ticketState.queued) this.queue.remove(ticket);
    else if (ticket.state === ticketState.postponed) this.postponed.remove(ticket);
    else return false;
    ticket.state = ticketState.idle;
    this.tally.gone++;
    return true;
  }

  /** Gives the token back. Only the first call for an admission counts; others return false. */
  release(ticket: Ticket, outcome: Outcome, now: number): boolean {
    this.budget.tell(now);
    this.budget.noteEnd(ticket);
    if (ticket.state === ticketState.admitted) {
      if (outcome !== 'aborted') this.learn(ticket, outcome, now);
      this.inFlight--;
    } else if (ticket.state === ticketState.probing) this.probesInFlight--;
    else return false;
    ticket.state = ticketState.idle;
    this.tally.noteRelease(outcome);
    this.armIfDue();
    return true;
  }

  /** The turn that was asked for: serves the queue, within the turn's budget. */
  turn(now: number): void {
    this.turnArmed = false;
    if (this.entered) {
      this.arm();
      return;
    }
    const { queue, budget } = this;
    this.enter(now);
    budget.noteEvent();
    try {
      this.decidePostponed();
      if (budget.beginTurn(this.tally.offered)) return;
      while (queue.entries > 0 && this.inFlight < this.limit.now && !budget.isSpent) {
        this.serve(queue.shift()!);
        this.decidePostponed();
        if (budget.waitsForAftermath) break;
      }
    } finally {
      this.leave();
    }
  }

  /** When `expire` has something to do: Infinity where nothing waits. */
  nextExpiry(): number {
    if (this.queue.entries === 0) return Number.POSITIVE_INFINITY;
    let expiry = this.queue.earliestDeadline;
    for (const priority of waitingClasses) {
      const oldest = this.queue.oldestOf(priority);
      if (oldest === null) continue;
      expiry = Math.min(expiry, oldest.offeredAt + this.law.patienceMs(priority));
    }
    return expiry;
  }

  /** Refuses those who have waited too long, or whose deadline passed, though no slot came free. */
  expire(now: number): void {
    if (this.entered) return;
    const { queue, law } = this;
    this.enter(now);
    try {
      for (const priority of waitingClasses) {
        for (let oldest = queue.oldestOf(priority); oldest !== null; ) {
          if (now < oldest.offeredAt + law.patienceMs(priority)) break;
          this.turnAway(oldest, 'waited');
          oldest = queue.oldestOf(priority);
        }
      }
      while (now >= queue.earliestDeadline) {
        const ticket = queue.mostUrgent();
        if (ticket !== null && now >= ticket.deadline) this.turnAway(ticket, 'deadline');
      }
      this.decidePostponed();
    } finally {
      this.leave();
    }
  }

  /** Empties the queue, at the end of a drain. Not from within a callback. */
  refuseQueued(reason: RefusalReason, now: number): void {
    if (this.entered)
      throw new Error('sluice: refuseQueued was called from a callback of a ticket');
    const { queue } = this;
    this.enter(now);
    try {
      for (const priority of waitingClasses) {
        for (let next = queue.oldestOf(priority); next !== null; next = queue.oldestOf(priority)) {
          this.turnAway(next, reason);
        }
      }
      this.decidePostponed();
    } finally {
      this.leave();
    }
  }

  /**
   * An integer of at least 1. Those who run keep running; an algorithm that learns goes on from
   * here.
   */
  setLimit(limit: number): void {
    this.limit.set(limit);
    this.armIfDue();
  }

  /** While memory is short nothing starts at once, and nothing waits but in the place of another. */
  setMemoryShort(memoryShort: boolean): void {
    this.limit.setMemoryShort(memoryShort);
  }

  stats(): LimiterStats {
    const { tally, queue } = this;
    return {
      limit: this.limit.now,
      inFlight: this.inFlight,
      probesInFlight: this.probesInFlight,
      queued: queue.entries,
      queuedBytes: queue.bytes,
      patienceMs: {
        critical: this.law.patienceMs(priorityClass.critical),
        default: this.law.patienceMs(priorityClass.default),
        sheddable: this.law.patienceMs(priorityClass.sheddable),
      },
      offered: tally.offered,
      blocked: tally.blocked,
      admitted: tally.admitted,
      released: { ...tally.released },
      refused: tally.refused,
      refusedBy: { ...tally.refusedBy },
      gone: tally.gone,
    };
  }

  private enter(now: number): void {
    this.entered = true;
    this.budget.tell(now);
  }

  private leave(): void {
    this.entered = false;
    this.armIfDue();
  }

  // Nobody waits while there is a slot and no turn to come. What a callback that threw left
  // undecided waits too.
  private armIfDue(): void {
    if (this.turnArmed || this.entered) return;
    const canServe = this.queue.entries > 0 && this.inFlight < this.limit.now;
    if (canServe || this.budget.wantsTurn || this.postponed.entries > 0) this.arm();
  }

  private arm(): void {
    this.turnArmed = true;
    this.ports.armTurn();
  }

  private postpone(ticket: Ticket): void {
    ticket.state = ticketState.postponed;
    this.postponed.push(ticket);
  }

  private decidePostponed(): void {
    for (let ticket = this.postponed.head; ticket !== null; ticket = this.postponed.head) {
      this.postponed.remove(ticket);
      this.decide(ticket);
    }
  }

  private decide(ticket: Ticket): void {
    const { now } = this.budget;
    ticket.offeredAt = now;
    if (ticket.priority === priorityClass.probe) {
      this.decideProbe(ticket, now);
    } else if (
      this.queue.entries === 0 &&
      this.inFlight < this.limit.inline &&
      !this.budget.isSpent &&
      now < ticket.deadline
    ) {
      this.law.noteInlineStart(ticket, now);
      this.start(ticket, now);
    } else {
      if (this.inFlight + this.queue.entries >= this.limit.now) this.tally.blocked++;
      this.enqueue(ticket, now);
    }
  }

  /** Probes never wait: past their own lane they take an ordinary slot, ahead of the queue, or none. */
  private decideProbe(ticket: Ticket, now: number): void {
    if (now >= ticket.deadline) this.refuse(ticket, 'deadline');
    else if (this.probesInFlight < probesMax) {
      this.probesInFlight++;
      this.run(ticket, ticketState.probing, now);
    } else if (this.inFlight < this.limit.inline) this.start(ticket, now);
    else this.refuse(ticket, 'probesFull');
  }

  private start(ticket: Ticket, now: number): void {
    this.inFlight++;
    this.run(ticket, ticketState.admitted, now);
  }

  private run(ticket: Ticket, state: number, now: number): void {
    this.tally.admitted++;
    ticket.state = state;
    ticket.admittedAt = now;
    ticket.peerWaitMs = 0;
    ticket.onAdmitted(now);
    this.budget.spend(now);
    if (ticket.state === state) this.budget.noteStart(ticket);
  }

  private enqueue(ticket: Ticket, now: number): void {
    const { queue, law } = this;
    const reason = this.reasonAgainst(ticket, now);
    if (reason !== null && (reason === 'deadline' || !this.pushOutFor(ticket))) {
      this.refuse(ticket, reason);
      this.refuseSurplus(ticket.priority);
      return;
    }
    if (queue.entries === 0) law.noteBacklog(now);
    queue.push(ticket);
  }

  private reasonAgainst(ticket: Ticket, now: number): RefusalReason | null {
    const { queue, law } = this;
    const byLaw = law.refusesArrival(ticket, queue.entriesUpTo(ticket.priority), now);
    // First, since for one that comes too late nobody else need go.
    if (byLaw === 'deadline') return byLaw;
    if (this.limit.memoryShort) return 'memory';
    return queue.hasRoomFor(ticket) ? byLaw : 'queueFull';
  }

  /** Pushes out one, and as many more as the room needs. False if it is the arrival that has to go. */
  private pushOutFor(arrival: Ticket): boolean {
    const { queue } = this;
    if (!queue.canMakeRoomFor(arrival)) return false;
    do {
      const victim = queue.victimFor(arrival);
      if (victim === null) return false;
      this.turnAway(victim, 'displaced');
    } while (!queue.hasRoomFor(arrival));
    return true;
  }

  /** What was let in and turns out to be too much: now, rather than after a wait. */
  private refuseSurplus(priority: number): void {
    while (this.law.wantsFewer(priority, this.queue.entriesUpTo(priority))) {
      const newest = this.queue.newestUpTo(priority);
      if (newest === null) return;
      this.turnAway(newest, 'waitTooLong');
    }
  }

  private serve(ticket: Ticket): void {
    const { now } = this.budget;
    if (this.hasGone(ticket, now)) this.drop(ticket);
    else {
      const reason = this.law.refusesStart(ticket, now);
      if (reason === null) {
        this.law.noteStart(ticket, now);
        this.start(ticket, now);
        return;
      }
      this.refuse(ticket, reason);
    }
    this.budget.spend(now);
  }

  private turnAway(queued: Ticket, reason: RefusalReason): void {
    this.queue.remove(queued);
    if (this.hasGone(queued, this.budget.now)) this.drop(queued);
    else this.refuse(queued, reason);
  }

  private hasGone(ticket: Ticket, now: number): boolean {
    return now - ticket.offeredAt > goneAfterMs && ticket.isGone(now);
  }

  private drop(ticket: Ticket): void {
    ticket.state = ticketState.idle;
    this.tally.gone++;
    ticket.onGone(this.budget.now);
  }

  private refuse(ticket: Ticket, reason: RefusalReason): void {
    ticket.state = ticketState.idle;
    this.tally.refusedBy[reason]++;
    if (ticket.priority !== priorityClass.probe) this.law.noteRefusal(ticket, this.budget.now);
    ticket.onRefused(reason, retryAfterMs(this.ports.random()), this.budget.now);
  }

  private learn(ticket: Ticket, outcome: Outcome, now: number): void {
    const durationMs = Math.max(0, now - ticket.admittedAt - ticket.peerWaitMs);
    this.law.noteDuration(durationMs);
    this.limit.learn(ticket, outcome, durationMs, this.inFlight, this.tally, now);
  }
}
