// A number that somebody chose: the pool of four workers.

import type { LimitAlgorithm } from './algorithm.js';

export class FixedLimit implements LimitAlgorithm {
  limit: number;
  readonly learns = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  sample(): void {}

  reopen(): void {}

  forget(): void {}
}
