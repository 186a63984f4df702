// A sample to vary.

import type { Sample } from '../../../src/limiter/algorithms/algorithm.js';

/** Of one that ran alone for a moment. */
export const alone: Sample = {
  startedAt: 0,
  durationMs: 1,
  among: 1,
  inFlight: 1,
  dropped: false,
  now: 1,
  arrivals: 0,
  blocked: 0,
};
