/** A queue whose newest can be taken, too. */
export class Deque {
  constructor() {
    this.entries = [];
    this.head = 0;
  }

  get size() {
    return this.entries.length - this.head;
  }

  push(entry) {
    this.entries.push(entry);
  }

  /** The oldest, or undefined. */
  shift() {
    if (this.size === 0) return undefined;
    const entry = this.entries[this.head];
    this.entries[this.head++] = undefined;
    if (this.head > 1024 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return entry;
  }

  /** The newest, or undefined. */
  pop() {
    return this.size === 0 ? undefined : this.entries.pop();
  }
}
