// The replacement of all workers, place by place. It knows whose turn it is; the supervisor starts and drains.

import { Settlement } from './settlement.js';

interface Run {
  readonly over: Settlement<void>;
  place: number;
  /** The worker that was replaced has not ended yet. */
  awaitsOld: boolean;
}

export class Rolling {
  readonly #count: number;
  readonly #replace: (place: number) => void;
  #run: Run | undefined = undefined;
  /** Asked for while one was under way. */
  #again: Settlement<void> | undefined = undefined;

  /** @param replace starts another worker at a place */
  constructor(count: number, replace: (place: number) => void) {
    this.#count = count;
    this.#replace = replace;
  }

  ask(): Promise<void> {
    if (this.#run === undefined) return this.#begin(new Settlement());
    this.#again ??= handled(new Settlement());
    return this.#again.promise;
  }

  isAt(place: number): boolean {
    return this.#run?.place === place;
  }

  /** A worker of this place is ready. @param awaitsOld the one before it has to end first */
  ready(place: number, awaitsOld: boolean): void {
    const run = this.#run;
    if (run?.place !== place) return;
    if (awaitsOld) run.awaitsOld = true;
    else this.#goOn(run);
  }

  /** A worker that was replaced is gone. */
  gone(place: number): void {
    const run = this.#run;
    if (run?.place === place && run.awaitsOld) this.#goOn(run);
  }

  /** It ends here. Whoever has asked once more gets the same. */
  fail(error: Error): void {
    const [run, again] = [this.#run, this.#again];
    this.#run = undefined;
    this.#again = undefined;
    run?.over.reject(error);
    again?.reject(error);
  }

  #begin(over: Settlement<void>): Promise<void> {
    this.#run = { over: handled(over), place: 0, awaitsOld: false };
    this.#replace(0);
    return over.promise;
  }

  #goOn(run: Run): void {
    run.awaitsOld = false;
    run.place++;
    if (run.place < this.#count) {
      this.#replace(run.place);
      return;
    }
    const again = this.#again;
    this.#run = undefined;
    this.#again = undefined;
    run.over.resolve();
    if (again !== undefined) void this.#begin(again);
  }
}

/** Who drops the promise isn't punished. */
function handled(settlement: Settlement<void>): Settlement<void> {
  settlement.promise.catch(() => undefined);
  return settlement;
}
