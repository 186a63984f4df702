// How long a request may wait, and what the wait of others tells about it. A law is asked before a
// ticket enters the queue and before it starts; it is told what happened in between. It never sees
// the queue itself.

import type { RefusalReason } from '../refusal.js';
import type { Ticket } from '../ticket.js';

export interface QueueLaw {
  /**
   * A ticket of this class that has waited as long is refused. May change whenever the law is told
   * something.
   */
  patienceMs(priority: number): number;

  /** Asked before a ticket enters the queue. `entriesAhead` wait in its class and above. */
  refusesArrival(ticket: Ticket, entriesAhead: number, now: number): RefusalReason | null;
  /** Asked of a ticket whose turn it is, and which has not waited beyond its patience. */
  refusesStart(ticket: Ticket, now: number): RefusalReason | null;

  /**
   * Asked after an arrival of this class was refused. True where of the `entries` that wait in its
   * class and above one more is to be refused, the newest.
   */
  wantsFewer(priority: number, entries: number): boolean;

  /** The queue, empty until now, holds something. */
  noteBacklog(now: number): void;
  /** A handler started, without a wait. */
  noteInlineStart(ticket: Ticket, now: number): void;
  /** A handler started, after a wait. */
  noteStart(ticket: Ticket, now: number): void;
  /** A ticket was refused, or pushed out. */
  noteRefusal(ticket: Ticket, reason: RefusalReason, now: number): void;
  /** The client of a ticket left while it waited. */
  noteGone(ticket: Ticket, now: number): void;
  /** A handler is done; `durationMs` is its own time, without the waits for its peer. */
  noteDuration(durationMs: number, now: number): void;
}
