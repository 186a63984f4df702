// The inputs that are worth keeping: each reached something that those before it did not.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../src/testing/index.js';

/** What an input reached: pairs of a branch and how often, by orders of magnitude, as one integer each. */
export type Features = readonly number[];

export class Corpus {
  readonly #folder: string;
  readonly #inputs: Uint8Array[] = [];
  readonly #features = new Set<number>();
  readonly #branches = new Set<number>();

  /** @param folder where inputs are kept from run to run */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get size(): number {
    return this.#inputs.length;
  }

  get branches(): number {
    return this.#branches.size;
  }

  get features(): number {
    return this.#features.size;
  }

  /** Keeps the input if it reached anything new. */
  offer(bytes: Uint8Array, features: Features): boolean {
    let isNew = false;
    for (const feature of features) {
      if (this.#features.has(feature)) continue;
      this.#features.add(feature);
      this.#branches.add(feature >> 3);
      isNew = true;
    }
    if (isNew) this.#inputs.push(Uint8Array.from(bytes));
    return isNew;
  }

  /** One to start from; the latest lead furthest. */
  pick(random: Random): Uint8Array {
    const { length } = this.#inputs;
    const least = random.chance(0.5) ? Math.max(0, length - 20) : 0;
    return this.#inputs[random.integer(least, length - 1)] ?? new Uint8Array(0);
  }

  /** Writes the inputs, and removes what earlier runs left that is no longer needed. */
  save(): void {
    const names = new Set(this.#inputs.map((bytes) => nameOf(bytes)));
    for (const name of readdirSync(this.#folder)) {
      if (!names.has(name) && !name.startsWith('failure-')) rmSync(join(this.#folder, name));
    }
    for (const bytes of this.#inputs) writeFileSync(join(this.#folder, nameOf(bytes)), bytes);
  }
}

/** All inputs of these folders, the shortest first: so that the corpus is minimal as it is read. */
export function readInputs(...folders: readonly string[]): Uint8Array[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => readFileSync(join(folder, name))))
    .sort((a, b) => a.length - b.length);
}

export function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
