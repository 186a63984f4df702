// What a server's limiter is asked, and what it answers, overheard: every ticket from its offer to
// the return of its token. A server shows no more of its limiter than `stats()`, so the class itself
// is tapped, for as long as one run runs.

import type { Exchange } from '../../../src/conn/exchange.js';
import { Limiter } from '../../../src/limiter/limiter.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { type Outcome, type Ticket, ticketState } from '../../../src/limiter/ticket.js';

/** What became of a ticket, in the order in which it can happen. */
export type Fate = 'undecided' | 'admitted' | 'released' | 'refused' | 'gone';

/** A ticket that went by. */
export class Overheard {
  readonly ticket: Exchange;
  /** 0 for the first that was offered. */
  readonly order: number;
  readonly offeredAt: number;
  fate: Fate = 'undecided';
  /** It ran, or runs, in the lane of the probes. */
  isProbing = false;

  constructor(ticket: Exchange, order: number, offeredAt: number) {
    this.ticket = ticket;
    this.order = order;
    this.offeredAt = offeredAt;
  }

  /** In the queue, and not only on its way there. */
  get isQueued(): boolean {
    return this.ticket.state === ticketState.queued;
  }
}

export interface TapListener {
  /** Its handler is about to start. */
  admitted(heard: Overheard): void;
  /** Refused, gone or withdrawn. */
  ended(heard: Overheard, reason: RefusalReason | 'gone'): void;
  /** Its token came back; `counted` where the limiter took it. */
  returned(heard: Overheard, outcome: Outcome, counted: boolean): void;
}

const { offer, withdraw, release } = Limiter.prototype;
let isInstalled = false;

export class LimiterTap {
  /** Known from the first offer on. */
  limiter: Limiter | undefined = undefined;
  readonly heard: Overheard[] = [];
  /** Those whose fate is open, by age. */
  readonly undecided: Set<Overheard> = new Set();
  /** Those that hold a token. */
  readonly holding: Set<Overheard> = new Set();
  readonly #byTicket: Map<Ticket, Overheard> = new Map();
  readonly #now: () => number;
  readonly #listener: TapListener;

  constructor(now: () => number, listener: TapListener) {
    this.#now = now;
    this.#listener = listener;
  }

  /** One run at a time: all limiters of this process are listened to. */
  install(): void {
    if (isInstalled) throw new Error('two runs run at once, and their limiters are one to the tap');
    isInstalled = true;
    const tap = this;
    Limiter.prototype.offer = function (ticket, now) {
      tap.#offered(this, ticket);
      offer.call(this, ticket, now);
    };
    Limiter.prototype.withdraw = function (ticket) {
      const withdrawn = withdraw.call(this, ticket);
      if (withdrawn) tap.#ended(ticket, 'gone');
      return withdrawn;
    };
    Limiter.prototype.release = function (ticket, outcome, now) {
      const counted = release.call(this, ticket, outcome, now);
      tap.#returned(ticket, outcome, counted);
      return counted;
    };
  }

  remove(): void {
    Object.assign(Limiter.prototype, { offer, withdraw, release });
    isInstalled = false;
  }

  #offered(limiter: Limiter, ticket: Ticket): void {
    this.limiter = limiter;
    // A boundary: a server's tickets are its exchanges.
    const heard = new Overheard(ticket as Exchange, this.heard.length, this.#now());
    this.heard.push(heard);
    this.undecided.add(heard);
    const isKnown = this.#byTicket.has(ticket);
    this.#byTicket.set(ticket, heard);
    if (!isKnown) this.#listenTo(ticket);
  }

  #listenTo(ticket: Ticket): void {
    const { onAdmitted, onRefused, onGone } = ticket;
    ticket.onAdmitted = (now) => {
      this.#admitted(ticket);
      onAdmitted.call(ticket, now);
    };
    ticket.onRefused = (reason, retryAfterMs, now) => {
      this.#ended(ticket, reason);
      onRefused.call(ticket, reason, retryAfterMs, now);
    };
    ticket.onGone = (now) => {
      this.#ended(ticket, 'gone');
      onGone.call(ticket, now);
    };
  }

  #admitted(ticket: Ticket): void {
    const heard = this.#of(ticket);
    this.undecided.delete(heard);
    this.holding.add(heard);
    heard.fate = 'admitted';
    heard.isProbing = ticket.state === ticketState.probing;
    this.#listener.admitted(heard);
  }

  #ended(ticket: Ticket, reason: RefusalReason | 'gone'): void {
    const heard = this.#of(ticket);
    this.undecided.delete(heard);
    heard.fate = reason === 'gone' ? 'gone' : 'refused';
    this.#listener.ended(heard, reason);
  }

  #returned(ticket: Ticket, outcome: Outcome, counted: boolean): void {
    const heard = this.#byTicket.get(ticket);
    // Given back before it was ever offered: the limiter took no notice.
    if (heard === undefined && !counted) return;
    const known = heard ?? this.#of(ticket);
    this.#listener.returned(known, outcome, counted);
    if (!counted) return;
    this.holding.delete(known);
    known.fate = 'released';
  }

  #of(ticket: Ticket): Overheard {
    const heard = this.#byTicket.get(ticket);
    if (heard === undefined) throw new Error('the limiter speaks of a ticket that nobody offered');
    return heard;
  }
}
