import type { ConcurrencySettings } from '../options.js';
import type { LimitAlgorithm } from './algorithm.js';
import { FixedLimit } from './fixed.js';
import { GradientLimit } from './gradient.js';

export function algorithmFor(
  concurrency: ConcurrencySettings,
  random: () => number,
): LimitAlgorithm {
  return concurrency.algorithm === 'fixed'
    ? new FixedLimit(concurrency.initial)
    : new GradientLimit(concurrency, random);
}
