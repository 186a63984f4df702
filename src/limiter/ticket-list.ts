// A FIFO of tickets, threaded through their own links: nothing is allocated, and a ticket can leave
// from the middle. A ticket stands in one list at a time.

import type { Ticket } from './ticket.js';

export class TicketList {
  head: Ticket | null = null;
  tail: Ticket | null = null;
  entries: number = 0;

  push(ticket: Ticket): void {
    ticket.ahead = this.tail;
    if (this.tail === null) this.head = ticket;
    else this.tail.behind = ticket;
    this.tail = ticket;
    this.entries++;
  }

  /** Of a ticket that stands in this list or in none. */
  has(ticket: Ticket): boolean {
    return ticket.ahead !== null || this.head === ticket;
  }

  remove(ticket: Ticket): void {
    const { ahead, behind } = ticket;
    if (ahead === null) this.head = behind;
    else ahead.behind = behind;
    if (behind === null) this.tail = ahead;
    else behind.ahead = ahead;
    ticket.ahead = null;
    ticket.behind = null;
    this.entries--;
  }
}
