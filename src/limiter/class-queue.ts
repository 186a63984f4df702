// What waits in one class: a FIFO for each client bucket, the buckets that hold something in a ring
// that is served round robin, and all tickets by arrival, so that the oldest is at hand. It knows
// nothing of time.

import type { Ticket } from './ticket.js';
import { TicketList } from './ticket-list.js';

/** Buckets a class; a power of two. Clients that share one share its turn. */
export const BUCKET_COUNT = 128;

class Bucket extends TicketList {
  /** Neighbours in the ring, while there are entries. */
  next: Bucket = this;
  previous: Bucket = this;
}

export class ClassQueue {
  entries: number = 0;
  bytes: number = 0;
  oldest: Ticket | null = null;
  #newest: Ticket | null = null;
  /** Each is made when somebody waits in it for the first time. */
  readonly #buckets: (Bucket | undefined)[] = new Array(BUCKET_COUNT).fill(undefined);
  /** The bucket whose turn it is; the one before it in the ring is served last. */
  #turn: Bucket | null = null;

  push(ticket: Ticket): void {
    const bucket = this.#bucketOf(ticket);
    if (bucket.entries === 0) this.#enterRing(bucket);
    bucket.push(ticket);
    ticket.older = this.#newest;
    if (this.#newest === null) this.oldest = ticket;
    else this.#newest.younger = ticket;
    this.#newest = ticket;
    this.entries++;
    this.bytes += ticket.queuedBytes;
  }

  remove(ticket: Ticket): void {
    const bucket = this.#bucketOf(ticket);
    bucket.remove(ticket);
    const { older, younger } = ticket;
    if (older === null) this.oldest = younger;
    else older.younger = younger;
    if (younger === null) this.#newest = older;
    else younger.older = older;
    ticket.older = null;
    ticket.younger = null;
    this.entries--;
    this.bytes -= ticket.queuedBytes;
    if (bucket.entries === 0) this.#leaveRing(bucket);
  }

  /** The ticket whose turn it is, taken out; the turn passes to the next bucket. */
  shift(): Ticket | null {
    const bucket = this.#turn;
    if (bucket === null) return null;
    this.#turn = bucket.next;
    const ticket = bucket.head!;
    this.remove(ticket);
    return ticket;
  }

  /** The newest of the longest bucket: the first to go when there is no room. */
  newestOfLongest(): Ticket | null {
    const first = this.#turn;
    if (first === null) return null;
    let longest = first;
    for (let bucket = first.next; bucket !== first; bucket = bucket.next) {
      if (bucket.entries > longest.entries) longest = bucket;
    }
    return longest.tail;
  }

  /** How many wait in the bucket of this ticket, which need not be among them. */
  entriesBeside(ticket: Ticket): number {
    return this.#buckets[ticket.clientBucket & (BUCKET_COUNT - 1)]?.entries ?? 0;
  }

  #bucketOf(ticket: Ticket): Bucket {
    const number = ticket.clientBucket & (BUCKET_COUNT - 1);
    const bucket = this.#buckets[number] ?? new Bucket();
    this.#buckets[number] = bucket;
    return bucket;
  }

  /** A bucket that begins to wait is served after all that wait already. */
  #enterRing(bucket: Bucket): void {
    const turn = this.#turn;
    if (turn === null) {
      bucket.next = bucket;
      bucket.previous = bucket;
      this.#turn = bucket;
      return;
    }
    bucket.next = turn;
    bucket.previous = turn.previous;
    turn.previous.next = bucket;
    turn.previous = bucket;
  }

  #leaveRing(bucket: Bucket): void {
    if (bucket.next === bucket) {
      this.#turn = null;
      return;
    }
    bucket.previous.next = bucket.next;
    bucket.next.previous = bucket.previous;
    if (this.#turn === bucket) this.#turn = bucket.next;
  }
}
