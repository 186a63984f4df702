// Time limits without a timer each. All deadlines of a kind last equally long, so
// a list in the order in which they were armed is sorted already: to arm is to
// append, and the first entry of a list is the next to expire. Time is a
// parameter here; the one real timer is elsewhere.

/** Whose deadlines they are: one object for all of its own, where a callback each would cost an idle connection memory. */
export interface DeadlineOwner {
  /** One that is its own has expired in `list`, and is disarmed; it may arm it again. */
  expired(list: DeadlineList, now: number): void;
}

/** One running deadline, a link of its list. Whoever wants one keeps it for life and arms it again and again. */
export class Deadline {
  /** When it expires; meaningless while it is not armed. */
  dueMs = 0;
  list: DeadlineList | undefined = undefined;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
  readonly #owner: DeadlineOwner;

  constructor(owner: DeadlineOwner) {
    this.#owner = owner;
  }

  get armed(): boolean {
    return this.list !== undefined;
  }

  disarm(): void {
    this.list?.remove(this);
  }

  expire(list: DeadlineList, now: number): void {
    this.#owner.expired(list, now);
  }
}

/** The deadlines of one kind, earliest first. */
export class DeadlineList {
  readonly name: string;
  readonly durationMs: number;
  first: Deadline | undefined = undefined;
  last: Deadline | undefined = undefined;
  /** The lists that this one is of; told when another deadline is the first here. */
  owner: Deadlines | undefined = undefined;

  constructor(name: string, durationMs: number) {
    this.name = name;
    this.durationMs = durationMs;
  }

  /** Arms, or arms anew, so that the deadline expires `durationMs` from `now`. */
  arm(deadline: Deadline, now: number): void {
    deadline.list?.remove(deadline);
    deadline.dueMs = now + this.durationMs;
    deadline.list = this;
    // A clock that was read a moment ago elsewhere may lag: the order is kept all the same.
    if (this.last !== undefined && deadline.dueMs < this.last.dueMs)
      deadline.dueMs = this.last.dueMs;
    deadline.previous = this.last;
    if (this.last === undefined) this.#lead(deadline);
    else this.last.next = deadline;
    this.last = deadline;
  }

  /** All of its deadlines expire so much later. */
  postpone(ms: number): void {
    for (let { first: one } = this; one !== undefined; one = one.next) one.dueMs += ms;
    if (this.owner !== undefined) this.owner.changed = true;
  }

  remove(deadline: Deadline): void {
    if (deadline.previous === undefined) this.#lead(deadline.next);
    else deadline.previous.next = deadline.next;
    if (deadline.next === undefined) this.last = deadline.previous;
    else deadline.next.previous = deadline.previous;
    deadline.previous = undefined;
    deadline.next = undefined;
    deadline.list = undefined;
  }

  #lead(first: Deadline | undefined): void {
    this.first = first;
    if (this.owner !== undefined) this.owner.changed = true;
  }
}

/** All lists of a server. */
export class Deadlines {
  readonly lists: readonly DeadlineList[];
  /** Some list begins with another deadline than when `nextMs` was asked for last. */
  changed = true;
  #nextMs = Number.POSITIVE_INFINITY;

  /** A list belongs to one of these at most. */
  constructor(lists: readonly DeadlineList[]) {
    this.lists = lists;
    for (const list of lists) list.owner = this;
  }

  /** When the next deadline expires; Infinity where none is armed. Asked at the end of each wake-up. */
  get nextMs(): number {
    if (this.changed) {
      this.changed = false;
      this.#nextMs = Number.POSITIVE_INFINITY;
      for (const { first } of this.lists)
        if (first !== undefined && first.dueMs < this.#nextMs) this.#nextMs = first.dueMs;
    }
    return this.#nextMs;
  }

  /** Expires whatever is due. One that arms again in its own list comes after what is due now. */
  expire(now: number): void {
    for (const list of this.lists) {
      for (let first = list.first; first !== undefined && first.dueMs <= now; first = list.first) {
        list.remove(first);
        first.expire(list, now);
      }
    }
  }
}
