// Admission: how many handlers run, who waits, who is refused. Time comes with each call, turns
// are asked for through a port. Handlers start in two places only, `offer` and `turn`; whatever
// else makes room arms a turn.

import type { LimitAlgorithm } from './algorithms/algorithm.js';
import { algorithmFor } from './algorithms/by-name.js';
import { Budget } from './budget.js';
import { bucketFor } from './client-bucket.js';
import type { LimiterSettings } from './options.js';
import type { RefusalReason } from './refusal.js';
import { LOOK_EVERY_MS, ownMs, PROBES_MAX, Slots } from './slots.js';
import { type LimiterStats, statsOf } from './stats.js';
import { Tally } from './tally.js';
import type { Outcome, Ticket } from './ticket.js';
import { priorityClass, ticketState } from './ticket.js';
import { TicketList } from './ticket-list.js';
import { whileWaiting } from './waiting.js';
import { STALL_MS_MIN, WaitingLine } from './waiting-line.js';

export interface LimiterPorts {
  /** Asks for `turn(now)` after the I/O that is at hand. Not asked again before that turn came. */
  armTurn(): void;
  /** The clock of every `now`, in milliseconds that never fall. */
  clock(): number;
  /** From 0 up to 1. */
  random(): number;
  /** How long the event loop has slept since the start, in milliseconds, if anybody knows. */
  idleMs?(): number;
  /** Connections, still open, that have a request or asked within the last second, if there are any. */
  asking?(): number;
  /** The limit was `previous`, and is `limit` now. Must not throw. */
  limitChanged?: ((limit: number, previous: number) => void) | undefined;
}

export class Limiter {
  readonly #ports: LimiterPorts;
  readonly #line: WaitingLine;
  readonly #slots: Slots;
  readonly #budget: Budget;
  readonly #tally: Tally = new Tally();
  readonly #bucketSeed: number;

  #turnArmed: boolean = false;

  /** True while a callback may be running. What is offered then is postponed: the stack stays flat. */
  #entered: boolean = false;
  readonly #postponed: TicketList = new TicketList();

  constructor(
    settings: LimiterSettings,
    ports: LimiterPorts,
    algorithm: LimitAlgorithm = algorithmFor(settings.concurrency, ports.random),
  ) {
    this.#ports = ports;
    this.#slots = new Slots(algorithm, ports.idleMs);
    this.#slots.limit.onChange = ports.limitChanged;
    this.#budget = new Budget(ports.clock);
    this.#line = new WaitingLine(settings.queue, {
      slots: this.#slots,
      budget: this.#budget,
      tally: this.#tally,
      random: ports.random,
      asking: ports.asking,
    });
    this.#bucketSeed = Math.floor(ports.random() * 2 ** 32);
  }

  /** The bucket of a client, for `ticket.clientBucket`. Which clients share one, nobody can foresee. */
  bucketOf(clientKey: string): number {
    return bucketFor(clientKey, this.#bucketSeed);
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
    this.#budget.noteEvent();
    this.#slots.look(this.#tally, now);
    this.#tally.offered++;
    if (this.#entered) {
      this.#postpone(ticket);
      return;
    }
    this.#enter(now);
    try {
      // A callback that threw has left somebody undecided, who came before.
      if (this.#postponed.entries > 0) this.#postpone(ticket);
      else this.#decide(ticket);
      if (this.#postponed.entries > 0) this.#decidePostponed();
    } finally {
      this.#leave();
    }
  }

  /** The client of a waiting request left; no callback follows. False if it was not waiting. */
  withdraw(ticket: Ticket): boolean {
    if (ticket.state === ticketState.queued) this.#line.withdraw(ticket);
    else if (ticket.state === ticketState.postponed) this.#postponed.remove(ticket);
    else return false;
    ticket.state = ticketState.idle;
    this.#tally.gone++;
    return true;
  }

  /** Gives the token back. Only the first call for an admission counts; others return false. */
  release(ticket: Ticket, outcome: Outcome, now: number): boolean {
    this.#tell(now);
    this.#budget.noteEnd(this.#slots.isLatest(ticket));
    const { state } = ticket;
    if (state < ticketState.admitted) return false;
    const durationMs = ownMs(ticket, now);
    if (state === ticketState.admitted && outcome !== 'aborted') {
      this.#line.law.noteDuration(durationMs, now);
    }
    this.#slots.leave(ticket, outcome, durationMs, this.#tally, now);
    this.#tally.noteRelease(outcome);
    this.#armIfDue();
    return true;
  }

  /**
   * What runs waits for `promise`, and gives its slot back meanwhile.
   *
   * @returns what `promise` gives, or its error
   */
  waiting<T>(ticket: Ticket, promise: T | PromiseLike<T>): Promise<T> {
    return whileWaiting(
      promise,
      () => this.pause(ticket, false, this.#ports.clock()),
      () => this.resume(ticket, this.#ports.clock()),
    );
  }

  /** What runs waits for something, and gives its slot back meanwhile, unless it is to hold it. */
  pause(ticket: Ticket, holdsSlot: boolean, now: number): void {
    this.#slots.pause(ticket, holdsSlot, now);
    this.#armIfDue();
  }

  /** What it waited for has come. It runs on at once, beyond the limit if need be. */
  resume(ticket: Ticket, now: number): void {
    this.#slots.resume(ticket, now);
  }

  /** The limit is found, not given. */
  get learns(): boolean {
    return this.#slots.limit.learns;
  }

  /** The turn that was asked for: serves the queue, within the turn's budget. */
  turn(now: number): void {
    if (this.#entered) {
      this.#arm();
      return;
    }
    const line = this.#line;
    const budget = this.#budget;
    const slots = this.#slots;
    this.#enter(now);
    this.#turnArmed = false;
    budget.noteEvent();
    slots.look(this.#tally, now);
    try {
      this.#decidePostponed();
      if (budget.beginTurn(this.#tally.offered)) return;
      if (slots.longMayQueue) this.#startLong();
      while (this.#goesOn && slots.isFree) {
        const ticket = line.next(budget.now);
        if (ticket === null) budget.spend(budget.now);
        else this.#run(ticket, ticketState.admitted, budget.now);
        this.#decidePostponed();
      }
    } finally {
      this.#leave();
    }
  }

  /** Those in the queue whose kind was found to be long, before the next of their kind starts on arrival. */
  #startLong(): void {
    const slots = this.#slots;
    const budget = this.#budget;
    for (const ticket of this.#line.queue.every((queued) => slots.isLong(queued))) {
      if (!this.#goesOn || !slots.hasRoomToPark) return;
      // A callback may have taken it back.
      if (ticket.state !== ticketState.queued) continue;
      if (this.#line.take(ticket, budget.now)) this.#run(ticket, ticketState.parked, budget.now);
      else budget.spend(budget.now);
      this.#decidePostponed();
    }
    slots.longMayQueue = false;
  }

  /** More of those who wait may start in this turn. */
  get #goesOn(): boolean {
    const budget = this.#budget;
    return this.#line.entries > 0 && !budget.isSpent && !budget.waitsForAftermath;
  }

  /** When `expire` has something to do: Infinity where nothing waits. */
  nextExpiry(): number {
    return this.#line.nextExpiry();
  }

  /** Refuses those who have waited too long, or whose deadline passed, though no slot came free. */
  expire(now: number): void {
    if (this.#entered) return;
    this.#enter(now);
    this.#slots.look(this.#tally, now);
    try {
      this.#line.expire(now);
      this.#decidePostponed();
    } finally {
      this.#leave();
    }
  }

  /** Empties the queue, at the end of a drain. Not from within a callback. */
  refuseQueued(reason: RefusalReason, now: number): void {
    if (this.#entered)
      throw new Error('sluice: refuseQueued was called from a callback of a ticket');
    this.#enter(now);
    try {
      this.#line.refuseAll(reason);
      this.#decidePostponed();
    } finally {
      this.#leave();
    }
  }

  /**
   * For tests and simulations: no option leads here. An integer of at least 1. Those who run keep running; an algorithm
   * that learns goes on from here.
   */
  setLimit(limit: number): void {
    this.#slots.limit.set(limit);
    this.#armIfDue();
  }

  /** While memory is short nothing starts at once, and nothing waits but in the place of another. */
  setMemoryShort(memoryShort: boolean): void {
    this.#slots.limit.setMemoryShort(memoryShort);
  }

  /** As `stats()`, for somebody who asks from without: what has lowered the limit may be over, though nothing came since. */
  statsNow(): LimiterStats {
    if (!this.#entered) {
      const now = this.#ports.clock();
      // The next look comes later by this one: that is no stop of the process.
      this.#tell(now);
      this.#slots.look(this.#tally, now);
      this.#armIfDue();
    }
    return this.stats();
  }

  /** Looks at nothing, and so changes nothing: for a simulation, which samples these figures in each turn. */
  stats(): LimiterStats {
    return statsOf(this.#tally, this.#line.queue, this.#slots, this.#line.law);
  }

  #enter(now: number): void {
    this.#entered = true;
    this.#tell(now);
  }

  // A turn that was asked for comes at once, unless the process is busy or stopped. So does the next look at
  // the slots, where somebody waits for one: the timer is armed for it.
  #tell(now: number): void {
    const told = this.#budget.now;
    const gapMs = now - told;
    // Nearly all are shorter: it is asked first.
    if (gapMs >= STALL_MS_MIN && (this.#turnArmed || gapMs >= LOOK_EVERY_MS + STALL_MS_MIN))
      this.#line.noteGap(told, now);
    this.#budget.tell(now);
  }

  #leave(): void {
    this.#entered = false;
    this.#armIfDue();
  }

  // Nobody waits while there is a slot and no turn to come. What a callback that threw left
  // undecided waits too.
  #armIfDue(): void {
    if (this.#turnArmed || this.#entered) return;
    const canServe = this.#line.entries > 0 && this.#slots.mayStartQueued;
    if (canServe || this.#budget.wantsTurn || this.#postponed.entries > 0) this.#arm();
  }

  // Tells the time: a gap of the turn begins here, however long nothing was told before.
  #arm(): void {
    this.#tell(this.#ports.clock());
    this.#turnArmed = true;
    this.#ports.armTurn();
  }

  #postpone(ticket: Ticket): void {
    ticket.state = ticketState.postponed;
    this.#postponed.push(ticket);
  }

  #decidePostponed(): void {
    for (let ticket = this.#postponed.head; ticket !== null; ticket = this.#postponed.head) {
      this.#postponed.remove(ticket);
      this.#decide(ticket);
    }
  }

  #decide(ticket: Ticket): void {
    const { now } = this.#budget;
    ticket.offeredAt = now;
    if (ticket.priority === priorityClass.probe) this.#decideProbe(ticket, now);
    else if (this.#slots.isWatching && this.#decideSpecial(ticket, now)) return;
    else if (
      this.#line.entries === 0 &&
      this.#slots.isFreeInline &&
      !this.#budget.isSpent &&
      now < ticket.deadlineAt
    ) {
      this.#line.law.noteInlineStart(ticket, now);
      this.#run(ticket, ticketState.admitted, now);
    } else this.#letWait(ticket, now);
  }

  #letWait(ticket: Ticket, now: number): void {
    if (this.#slots.limit.blocks(this.#slots.inFlight + this.#line.entries, now))
      this.#tally.blocked++;
    this.#line.enqueue(ticket, now);
  }

  /** Probes never wait: past their own lane they take an ordinary slot, ahead of the queue, or none. */
  #decideProbe(ticket: Ticket, now: number): void {
    if (now >= ticket.deadlineAt) this.#line.refuse(ticket, 'deadline');
    else if (this.#slots.probing < PROBES_MAX) this.#run(ticket, ticketState.probing, now);
    else if (this.#slots.isFreeInline) this.#run(ticket, ticketState.admitted, now);
    else this.#line.refuse(ticket, 'probesFull');
  }

  /** Of a kind that waits on purpose, or has stalled. False where it is to be decided as others are. */
  #decideSpecial(ticket: Ticket, now: number): boolean {
    const slots = this.#slots;
    if (slots.isStalled(ticket, now)) this.#line.refuse(ticket, 'stalled');
    else if (now >= ticket.deadlineAt || !slots.isLong(ticket)) return false;
    else if (slots.limit.memoryShort) {
      slots.longMayQueue = true;
      return false;
    } else if (!slots.hasRoomToPark) this.#line.refuse(ticket, 'parkedFull');
    // Behind those of its kind.
    else if (slots.longMayQueue && this.#line.entries > 0) return false;
    else this.#run(ticket, ticketState.parked, now);
    return true;
  }

  #run(ticket: Ticket, state: number, now: number): void {
    this.#tally.admitted++;
    this.#slots.take(ticket, state, now);
    ticket.onAdmitted(now);
    this.#budget.spend(now);
    if (this.#line.entries > 0) this.#line.noteGap(now, this.#budget.now);
    if (ticket.state < ticketState.admitted) return;
    this.#budget.noteStart();
    this.#slots.noteRunning(ticket);
  }
}
