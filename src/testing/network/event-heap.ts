// Events in order of time. Events of the same time keep the order in which they were scheduled.

/** An event that has not happened yet. */
export interface Scheduled {
  /** Cancels the event. No effect after the event, or after a first call. */
  cancel(): void;
}

export class Event implements Scheduled {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }

  isBefore(other: Event): boolean {
    return this.at < other.at || (this.at === other.at && this.order < other.order);
  }
}

/** A binary heap: the parent of i is at (i − 1) >> 1, and happens earlier. */
export class EventHeap {
  readonly #heap: Event[] = [];

  /** The first event that was not cancelled. */
  get first(): Event | undefined {
    let first = this.#heap[0];
    while (first !== undefined && first.run === undefined) {
      this.pop();
      first = this.#heap[0];
    }
    return first;
  }

  push(event: Event): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent]!;
      if (!event.isBefore(above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.isBefore(heap[child]!)) child++;
      const below = heap[child]!;
      if (!below.isBefore(last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
  }
}
