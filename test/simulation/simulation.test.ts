// Whole runs in virtual time: server, application, network and clients. What is checked at every
// step and at the end stands in run.ts and check-client.ts.

import { describe, expect, test } from 'vitest';
import { reachable } from '../support/reachable-states.js';
import { failureReport } from './failure-report.js';
import { play, simulate } from './run-seed.js';
import { tour } from './state-tour.js';

const RUNS = 300;
const SEED = Number(process.env.SLUICE_SEED);

// What the model allows and the driver never does.
const NEVER_TAKEN = [
  // Content isn't read while its request waits for a slot: its end and its faults are found later.
  'body/queued/keep contentEnd',
  'body/queued/keep fault',
  'body/queued/last contentEnd',
  'body/queued/last fault',
  // Only a drain cuts a connection that is shut, and it says first that no request may follow.
  'discard/shut/keep cut',
];

const model = new Set(reachable().transitions.map(({ from, event }) => `${from} ${event}`));

describe('a tour of the joint machine', () => {
  const seen = new Set<string>();

  test('finds every request answered as planned, or an end with a reason', async () => {
    for (const [name, scene] of tour()) {
      const outcome = await play(scene);
      for (const transition of outcome.transitions.keys()) seen.add(transition);
      if (outcome.failures.length > 0) expect.fail(`${name}: ${failureReport(outcome)}`);
    }
  });

  test('takes every transition of the model, and no other', () => {
    expect([...seen].filter((transition) => !model.has(transition))).toEqual([]);
    expect([...model].filter((transition) => !seen.has(transition)).sort()).toEqual(NEVER_TAKEN);
  });
});

describe(`runs from the seeds ${SEED} and following`, () => {
  test(`find no fault in ${RUNS} runs, and stay within the model`, async () => {
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const outcome = await simulate(seed);
      if (outcome.failures.length > 0) expect.fail(failureReport(outcome));
      const strange = [...outcome.transitions.keys()].filter(
        (transition) => !model.has(transition),
      );
      expect(strange, `seed ${seed}`).toEqual([]);
    }
  });

  test('happen again in the same way from the same seed', async () => {
    for (let seed = SEED; seed < SEED + 20; seed++) {
      const [first, second] = [await simulate(seed), await simulate(seed)];
      expect(second.trace(), `seed ${seed}`).toEqual(first.trace());
    }
  });
});
