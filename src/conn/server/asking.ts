// How many connections ask: those that have a request or had one within the last second or two. Two counts, of this
// second and of the last, instead of a list: a connection remembers in which second it was counted.

const PERIOD_MS = 1000;

export class Asking {
  #period = 0;
  #periodEndsAt = Number.NEGATIVE_INFINITY;
  #now = 0;
  #before = 0;

  /**
   * Whether a connection that asks must be noted. Nearly all ask within the second in which they were.
   *
   * @param countedIn what `note` gave for the connection; 0 where it never asked
   */
  isUncounted(countedIn: number, now: number): boolean {
    return countedIn !== this.#period || now >= this.#periodEndsAt;
  }

  /** A connection asks that is uncounted. Gives what `isUncounted` wants to know of it from now on. */
  note(now: number): number {
    if (now >= this.#periodEndsAt) this.#begin(now);
    this.#now++;
    return this.#period;
  }

  count(now: number): number {
    if (now >= this.#periodEndsAt) this.#begin(now);
    return Math.max(this.#now, this.#before);
  }

  #begin(now: number): void {
    // Nobody asked in a period that was left out.
    this.#before = now - this.#periodEndsAt < PERIOD_MS ? this.#now : 0;
    this.#now = 0;
    this.#period++;
    this.#periodEndsAt = now + PERIOD_MS;
  }
}
