// Plain FIFO with a bound on the wait: for a pool of slow workers, where the fifth visitor waits
// rather than be turned away. It learns nothing.

import type { RefusalReason } from '../refusal.js';
import type { Ticket } from '../ticket.js';
import type { QueueLaw } from './law.js';

export class TimedLaw implements QueueLaw {
  readonly #waitMs: number;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  patienceMs(): number {
    return this.#waitMs;
  }

  refusesArrival(ticket: Ticket, _entriesAhead: number, now: number): RefusalReason | null {
    return now >= ticket.deadlineAt ? 'deadline' : null;
  }

  refusesStart(ticket: Ticket, now: number): RefusalReason | null {
    return now >= ticket.deadlineAt ? 'deadline' : null;
  }

  wantsFewer(): boolean {
    return false;
  }

  noteBacklog(): void {}
  noteInlineStart(): void {}
  noteStart(): void {}
  noteRefusal(): void {}
  noteGone(): void {}
  noteDuration(): void {}
}
