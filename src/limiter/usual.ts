// What handlers usually take: the mean of the first, and from then on a mean in which the last one counts as much as it
// did. Were the first few held to be next to nothing, a backend of 200 ms met cold would be taken for long polls.

/** The last one makes up one in so many. */
const COUNTED = 16;

export class Usual {
  ms: number = Number.MIN_VALUE;
  #count: number = 0;

  note(durationMs: number): void {
    if (this.#count < COUNTED) this.#count++;
    this.ms += (durationMs - this.ms) / this.#count;
  }
}
