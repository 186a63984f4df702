// A FIFO of tickets, threaded through their own links: nothing is allocated, and a ticket can leave
// from the middle. A ticket stands in one list at a time, and knows in which.

import type { Ticket } from './ticket.js';

export class TicketList {
  head: Ticket | null = null;
  tail: Ticket | null = null;
  entries: number = 0;

  /** @throws where the ticket stands in a list already: its links would become a ring, which has no end */
  push(ticket: Ticket): void {
    if (ticket.list !== null) throw new Error('sluice: a ticket entered two lists at once');
    ticket.list = this;
    ticket.ahead = this.tail;
    if (this.tail === null) this.head = ticket;
    else this.tail.behind = ticket;
    this.tail = ticket;
    this.entries++;
  }

  has(ticket: Ticket): boolean {
    return ticket.list === this;
  }

  /** @throws where the ticket does not stand in this list */
  remove(ticket: Ticket): void {
    if (ticket.list !== this) throw new Error('sluice: a ticket left a list in which it was not');
    const { ahead, behind } = ticket;
    if (ahead === null) this.head = behind;
    else ahead.behind = behind;
    if (behind === null) this.tail = ahead;
    else behind.ahead = ahead;
    ticket.list = null;
    ticket.ahead = null;
    ticket.behind = null;
    this.entries--;
  }
}
