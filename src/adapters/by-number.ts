// What belongs to a request or a connection, by its number, while they come and go. It is no Map for the reason that
// conn/memory/member-list.ts has: V8 keeps what has left a Map until its next full collection. An object with numbers for
// names is one table that points to no other.

export class ByNumber<Value> {
  readonly #values: Record<number, Value | undefined> = Object.create(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Value | undefined {
    return this.#values[id];
  }

  /** The number is new. */
  add(id: number, value: Value): void {
    this.#values[id] = value;
    this.#size++;
  }

  /** @returns what belonged to it; undefined where it is not here */
  take(id: number): Value | undefined {
    const value = this.#values[id];
    if (value === undefined) return undefined;
    delete this.#values[id];
    this.#size--;
    return value;
  }
}
