// How much of the loop's time goes into refusing. A refusal is cheap, and yet may
// cost as much as a short handler: past a share of the time, who was refused is read
// from a little later, and what he sends next waits in the kernel meanwhile.

/** The share of the time that refusing may take. */
export const SHED_SHARE = 0.2;
/** It is counted in windows of so long. */
export const SHED_WINDOW_MS = 50;

export class ShedBudget {
  #windowEndsAt = Number.NEGATIVE_INFINITY;
  #spentMs = 0;
  /** When the refusal that is under way began; NaN where none is. */
  #began = Number.NaN;

  /** A refusal is about to be written. */
  begin(now: number): void {
    this.#began = now;
  }

  /** A refusal has begun that has not ended. */
  get open(): boolean {
    return !Number.isNaN(this.#began);
  }

  /** It is written. True where refusing has had its share of this window by now. */
  end(now: number): boolean {
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + SHED_WINDOW_MS;
      this.#spentMs = 0;
    }
    this.#spentMs += now - this.#began;
    this.#began = Number.NaN;
    return this.#spentMs > SHED_SHARE * SHED_WINDOW_MS;
  }
}
