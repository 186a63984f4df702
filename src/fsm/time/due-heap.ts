// A binary heap of items that are due at different times, such as requests with a deadline. A
// `DeadlineList` can't hold these, because their durations differ. Time is a parameter.

/** An item with a due time. It is in one heap at most. */
export interface Due {
  /** The time when it is due. It must not change while the item is in a heap. */
  readonly dueMs: number;
  /** The place of the item in the heap, -1 outside. Only the heap sets it. */
  heapIndex: number;
}

export class DueHeap<Item extends Due> {
  readonly #items: Item[] = [];

  /** The time when the first item is due; Infinity if the heap is empty. */
  get nextMs(): number {
    return this.#items[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Removes the item. No effect if it is in no heap. */
  remove(item: Item): void {
    const at = item.heapIndex;
    if (at < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop() as Item;
    if (last === item) return;
    this.#rise(last, at);
    if (last.heapIndex === at) this.#sink(last, at);
  }

  /** Removes all items that are due, and gives each to `expired`, earliest first. */
  expire(now: number, expired: (item: Item, now: number) => void): void {
    for (
      let first = this.#items[0];
      first !== undefined && first.dueMs <= now;
      first = this.#items[0]
    ) {
      this.remove(first);
      expired(first, now);
    }
  }

  #rise(item: Item, from: number): void {
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#items[parentAt] as Item;
      if (parent.dueMs <= item.dueMs) break;
      this.#put(parent, at);
      at = parentAt;
    }
    this.#put(item, at);
  }

  #sink(item: Item, from: number): void {
    const items = this.#items;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= items.length) break;
      const right = items[childAt + 1];
      if (right !== undefined && right.dueMs < (items[childAt] as Item).dueMs) childAt++;
      const child = items[childAt] as Item;
      if (item.dueMs <= child.dueMs) break;
      this.#put(child, at);
      at = childAt;
    }
    this.#put(item, at);
  }

  #put(item: Item, at: number): void {
    this.#items[at] = item;
    item.heapIndex = at;
  }
}
