// The laws of admission on a whole server in virtual time: random arrivals, aborts, throws, changes
// of the limit and drains. They are watched in every run of `npm run simulate`, too.

import { describe, expect, test } from 'vitest';
import { failureReport } from '../failure-report.js';
import { play } from '../run-seed.js';
import { drawCrowd } from './admission-scenario.js';
import { laws } from './law-watcher.js';

const RUNS = 250;
const SEED = Number(process.env.SLUICE_SEED);

test('there are sixteen laws', () => {
  expect(laws.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
});

describe(`crowds from the seeds ${SEED} and following`, () => {
  test(`break no law in ${RUNS} runs`, async () => {
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const outcome = await play(drawCrowd(seed));
      if (outcome.failures.length > 0) expect.fail(failureReport(outcome));
    }
  });
});
