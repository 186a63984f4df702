// sluice's parser and the oracle of test/reference, on whatever the generators make.

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/fsm/index.js';
import { resetCoverage, unhitChecks, unmatchedProductions } from '../reference/coverage.js';
import { bytesOf, type Sample, samples } from '../reference/generators.js';
import { parseRequests, type ReferenceLimits } from '../reference/parse-requests.js';
import { disagreements } from '../support/oracle-agreement.js';
import { cutText, observe, singleBytes } from '../support/parser-log.js';

type SharedLimits = Partial<Pick<Limits, keyof ReferenceLimits>>;

/** Where no limit is in question, there is none; where one is, it is near what the samples have. */
const NONE: Required<SharedLimits> = {
  headBytesMax: 2 ** 30,
  fieldCountMax: 2 ** 20,
  targetBytesMax: 2 ** 30,
  bodyBytesMax: Number.MAX_SAFE_INTEGER,
  chunkLineBytesMax: 2 ** 30,
  chunkExtBytesMax: 2 ** 30,
  trailerBytesMax: 2 ** 30,
};

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** One limit, as others would hide it, or none. */
const limits: fc.Arbitrary<Required<SharedLimits>> = fc.oneof(
  { weight: 7, arbitrary: fc.constant(NONE) },
  ...[
    fc.record({ headBytesMax: between(64, 160) }),
    fc.record({ fieldCountMax: between(1, 4) }),
    fc.record({ targetBytesMax: between(1, 20) }),
    fc.record({ bodyBytesMax: between(0, 12) }),
    fc.record({ chunkLineBytesMax: between(16, 24) }),
    fc.record({ chunkExtBytesMax: between(0, 12) }),
    fc.record({ trailerBytesMax: between(2, 24) }),
  ].map((one) => ({
    weight: 1,
    arbitrary: (one as fc.Arbitrary<SharedLimits>).map((limit) => ({ ...NONE, ...limit })),
  })),
);

const places = fc.array(fc.nat(), { maxLength: 8 });

/** In how far the two disagree on a sample: whole, byte by byte and cut at `cuts`. */
function differencesOn(
  sample: Sample,
  cuts: readonly number[],
  fin: boolean,
  bounds: Required<SharedLimits> = NONE,
): string[] {
  const reference = parseRequests(bytesOf(sample), { fin }, bounds);
  const whole = observe([bytesOf(sample)], bounds, fin);
  // Law: what is told, the fault and its offset do not depend on the split.
  expect(observe(cutText(sample.text, cuts), bounds, fin)).toEqual(whole);
  expect(observe(singleBytes(sample.text), bounds, fin)).toEqual(whole);
  return disagreements(whole, reference);
}

describe('the parser and the oracle', () => {
  beforeEach(resetCoverage);

  // Law: both accept and refuse the same, for the same reason, and read the same in what they accept.
  test('agree on every message, under every split, and every rule is reached', () => {
    let accepted = 0;
    const runs = 3000;
    fc.assert(
      fc.property(samples, places, fc.boolean(), limits, (sample, cuts, fin, bounds) => {
        expect(differencesOn(sample, cuts, fin, bounds)).toEqual([]);
        const { messages, outcome } = parseRequests(bytesOf(sample), { fin }, bounds);
        if (messages.length > 0 && outcome.kind === 'end') accepted += 1;
      }),
      { numRuns: runs },
    );
    expect(unmatchedProductions()).toEqual([]);
    expect(unhitChecks()).toEqual([]);
    expect(accepted).toBeGreaterThan(runs / 3);
  });
});
