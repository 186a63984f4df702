/** The last values of something that is sampled, the oldest first. A value that is not known is NaN. */
export class Series {
  readonly #values: Float64Array;
  #next = 0;

  constructor(length: number) {
    this.#values = new Float64Array(length).fill(Number.NaN);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
  }

  get values(): readonly number[] {
    const values = [...this.#values];
    return [...values.slice(this.#next), ...values.slice(0, this.#next)];
  }
}
