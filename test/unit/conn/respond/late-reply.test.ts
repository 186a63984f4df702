// A reply that comes too late is sent to nobody: its slot is given back, and its source is told.

import { expect, test } from 'vitest';
import { dropLate } from '../../../../src/conn/respond/late-reply.js';
import { UpgradeError } from '../../../../src/http/tunnel/upgrade-error.js';
import { reply } from '../../../../src/index.js';

function late(answered: boolean, tunnel: unknown, given = reply('x')): unknown[] {
  const done: unknown[] = [];
  const request = {
    answered,
    tunnel,
    release: (outcome: string, now: number) => void done.push([outcome, now]),
    report: (error: unknown) => void done.push(error),
  };
  dropLate(request, given, 9);
  return done;
}

test('its slot comes back as timed out where it was answered for, else as aborted', () => {
  expect(late(true, undefined)).toEqual([['timedOut', 9]]);
  expect(late(false, undefined)).toEqual([['aborted', 9]]);
});

test('of a handler that has upgraded it is a mistake', () => {
  expect(late(false, {})).toEqual([['aborted', 9], expect.any(UpgradeError)]);
});

test('its stream is cancelled, and what that throws is told', async () => {
  const failure = new Error('cancel');
  const reasons: unknown[] = [];
  const stream = new ReadableStream({
    cancel(reason) {
      reasons.push(reason);
      throw failure;
    },
  });
  const done = late(false, undefined, reply(stream));
  await new Promise(setImmediate);
  expect(reasons).toEqual(['closed']);
  expect(done).toEqual([['aborted', 9], failure]);
});
