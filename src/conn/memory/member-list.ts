// Those that are here now, in the order in which they came, where many come and go: connections above all.
//
// It is no Set, because of V8's collector. A Set copies its members to a new table now and then, and the old table
// points to the new one. A table that has got into V8's old space is freed by full collections only. Until then it keeps
// all that stood in it, and the next table, and all that stands there. So a server with a connection for each request
// kept half of all its connections until the next full collection.

/** The place of one member. */
export class Place<Member> {
  readonly member: Member;
  /** Undefined once it has left. */
  list: MemberList<Member> | undefined;
  previous: Place<Member> | undefined = undefined;
  next: Place<Member> | undefined = undefined;

  constructor(member: Member, list: MemberList<Member>) {
    this.member = member;
    this.list = list;
  }

  /** @returns false where it had left before */
  leave(): boolean {
    const { list } = this;
    if (list === undefined) return false;
    list.remove(this);
    return true;
  }
}

export class MemberList<Member> {
  size = 0;
  #first: Place<Member> | undefined = undefined;
  #last: Place<Member> | undefined = undefined;

  /** The one that came first. */
  get first(): Member | undefined {
    return this.#first?.member;
  }

  /** The one that came last. */
  get last(): Member | undefined {
    return this.#last?.member;
  }

  add(member: Member): Place<Member> {
    const place = new Place(member, this);
    place.previous = this.#last;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.size++;
    return place;
  }

  /** @internal Called by {@link Place.leave}. No place that has left points to another. */
  remove(place: Place<Member>): void {
    const { previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.previous = undefined;
    place.next = undefined;
    place.list = undefined;
    this.size--;
  }

  clear(): void {
    while (this.#first !== undefined) this.remove(this.#first);
  }

  /** In a copy, where members may leave meanwhile: `[...list]`. */
  *[Symbol.iterator](): Generator<Member, void, undefined> {
    for (let place = this.#first; place !== undefined; place = place.next) yield place.member;
  }
}
