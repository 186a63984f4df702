// Watches all the laws through one run, and says which was broken: the first time, by number.

import * as limiterLaws from './admission-laws.js';
import type { Check, Law, LawSubject } from './law.js';
import type { Overheard, TapListener } from './limiter-tap.js';
import * as worldLaws from './server-laws.js';

export const laws: readonly Law[] = [
  ...Object.values(limiterLaws),
  ...Object.values(worldLaws),
].sort((a, b) => a.number - b.number);

export class LawWatcher implements TapListener {
  readonly #checks: readonly Check[];

  /** @param fail hears of each law once */
  constructor(simulated: LawSubject, fail: (what: string) => void) {
    this.#checks = laws.map((law) => {
      let isBroken = false;
      return law.watch(simulated, (what) => {
        if (!isBroken) fail(`law ${law.number} (${law.says}): ${what}`);
        isBroken = true;
      });
    });
  }

  admitted(heard: Overheard): void {
    for (const check of this.#checks) check.admitted?.(heard);
  }

  started(heard: Overheard): void {
    for (const check of this.#checks) check.started?.(heard);
  }

  ended(...what: Parameters<TapListener['ended']>): void {
    for (const check of this.#checks) check.ended?.(...what);
  }

  returned(...what: Parameters<TapListener['returned']>): void {
    for (const check of this.#checks) check.returned?.(...what);
  }

  atRest(): void {
    for (const check of this.#checks) check.atRest?.();
  }

  atEnd(): void {
    for (const check of this.#checks) check.atEnd?.();
  }
}
