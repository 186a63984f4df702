// Time limits without a timer for each. All deadlines of one kind have the same duration, so a list
// in the order of arming is sorted already. Arming appends to the list, and the first entry expires
// next. Time is a parameter. The one real timer is in `src/io`.

/**
 * The owner of deadlines. One owner object for several deadlines saves the memory of a callback for
 * each.
 */
export interface DeadlineOwner {
  /** One of its deadlines has expired in `list` and is disarmed. The owner may arm it again. */
  expired(list: DeadlineList, now: number): void;
}

/** One deadline, a link of its list. Its owner keeps it and arms it again and again. */
export class Deadline {
  /** The time at which it expires; without meaning while it is not armed. */
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
  /** It may change: what is armed already expires when it was to expire, and what is armed later not before that. */
  durationMs: number;
  first: Deadline | undefined = undefined;
  last: Deadline | undefined = undefined;
  /** The set that this list belongs to. It is told when the first deadline of the list changes. */
  owner: Deadlines | undefined = undefined;

  constructor(name: string, durationMs: number) {
    this.name = name;
    this.durationMs = durationMs;
  }

  /** Arms the deadline, or arms it again: it expires `durationMs` after `now`. */
  arm(deadline: Deadline, now: number): void {
    deadline.list?.remove(deadline);
    deadline.dueMs = now + this.durationMs;
    deadline.list = this;
    // `now` may come from a clock that was read a little earlier. The list stays sorted all the
    // same.
    if (this.last !== undefined && deadline.dueMs < this.last.dueMs)
      deadline.dueMs = this.last.dueMs;
    deadline.previous = this.last;
    if (this.last === undefined) this.#lead(deadline);
    else this.last.next = deadline;
    this.last = deadline;
  }

  /** All deadlines of the list expire `ms` later. */
  postpone(ms: number): void {
    for (let { first: one } = this; one !== undefined; one = one.next) one.dueMs += ms;
    this.owner?.noteFirst(this);
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
    if (this.owner !== undefined) this.owner.noteFirst(this);
  }
}

/** All deadline lists of a server. */
export class Deadlines {
  readonly lists: readonly DeadlineList[];
  // Public fields are so for V8 alone (tsconfig.base.json): they are written only here.

  /** The list with the next deadline, when all lists were last compared, and that deadline. */
  #nextList: DeadlineList | undefined = undefined;
  comparedMs: number = Number.POSITIVE_INFINITY;
  /** No deadline of another list is due before this. */
  othersMs: number = Number.POSITIVE_INFINITY;
  /** All lists must be compared before `nextMs` is known. */
  #isStale = true;

  /** A list belongs to one set at most. */
  constructor(lists: readonly DeadlineList[]) {
    this.lists = lists;
    for (const list of lists) list.owner = this;
  }

  /** The time of the next deadline; Infinity if none is armed. Read at the end of each wake-up. */
  get nextMs(): number {
    if (this.#isStale) this.#compareAll();
    return this.comparedMs;
  }

  /**
   * The first deadline of `list` has changed. Each request moves the deadline of its connection to the
   * end of one list, and that deadline is often the first. So the other lists are not looked at where
   * this one still has the next deadline.
   */
  noteFirst(list: DeadlineList): void {
    const dueMs = list.first === undefined ? Number.POSITIVE_INFINITY : list.first.dueMs;
    if (list === this.#nextList) {
      this.comparedMs = dueMs;
      if (dueMs > this.othersMs) this.#isStale = true;
    } else if (dueMs < this.othersMs) {
      this.othersMs = dueMs;
      if (dueMs < this.comparedMs) this.#isStale = true;
    }
  }

  #compareAll(): void {
    this.#isStale = false;
    this.#nextList = undefined;
    this.comparedMs = Number.POSITIVE_INFINITY;
    this.othersMs = Number.POSITIVE_INFINITY;
    for (const list of this.lists) {
      if (list.first === undefined) continue;
      const { dueMs } = list.first;
      if (dueMs < this.comparedMs) {
        this.othersMs = this.comparedMs;
        this.comparedMs = dueMs;
        this.#nextList = list;
      } else if (dueMs < this.othersMs) this.othersMs = dueMs;
    }
  }

  /**
   * Expires all deadlines that are due. A deadline that is armed again goes to the end of its list.
   */
  expire(now: number): void {
    for (const list of this.lists) {
      for (let first = list.first; first !== undefined && first.dueMs <= now; first = list.first) {
        list.remove(first);
        first.expire(list, now);
      }
    }
  }
}
