// The only source of random numbers of the simulation.

import { wholeNumberAt } from '../../options/checks.js';

/**
 * A small random generator: sfc32 (by Chris Doty-Humphrey, from PractRand). splitmix32 fills its
 * state from the seed. The same seed gives the same numbers on every machine. Not for secrets.
 *
 * @example
 * const random = new Random(42);
 * random.integer(1, 6); // a die
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** @param seed Any integer. Only its low 32 bits are used. */
  constructor(seed: number) {
    let state = seedAt('seed', seed) | 0;
    const splitmix32 = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = splitmix32();
    this.#b = splitmix32();
    this.#c = splitmix32();
    this.#counter = 1;
  }

  /** An integer from 0 to 2^32 − 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1), as from Math.random, in steps of 2^−32. */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with the given probability: never for 0, always for 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('pick from an empty array');
    return item;
  }

  /** A new, independent generator: the draws of one part don't change the numbers of another. */
  fork(): Random {
    return new Random(this.uint32());
  }
}

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` */
export function seedAt(path: string, value: unknown): number {
  return wholeNumberAt(path, value, { least: Number.MIN_SAFE_INTEGER });
}
