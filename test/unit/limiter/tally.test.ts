// What became of all that was offered.

import { expect, test } from 'vitest';
import { Tally } from '../../../src/limiter/tally.js';
import { outcomes } from '../../../src/limiter/ticket.js';

test.each(outcomes)('one that ended as %s is counted as that, and as nothing else', (outcome) => {
  const tally = new Tally();
  tally.noteRelease(outcome);
  const none = { finished: 0, failed: 0, timedOut: 0, aborted: 0 };
  expect(tally.released).toEqual({ ...none, [outcome]: 1 });
});

test('all that were refused are the sum over the reasons', () => {
  const tally = new Tally();
  tally.refusedBy.queueFull = 2;
  tally.refusedBy.closing = 3;
  expect(tally.refused).toBe(5);
});
