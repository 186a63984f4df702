import type { ConcurrencySettings } from '../options.js';
import type { LimitAlgorithm } from './algorithm.js';
import { FixedLimit } from './fixed.js';

export function algorithmFor(
  concurrency: ConcurrencySettings,
  _random: () => number,
): LimitAlgorithm {
  return new FixedLimit(concurrency.initial);
}
