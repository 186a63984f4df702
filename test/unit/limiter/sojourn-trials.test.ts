// When the sojourn law tries to refuse nobody, and by what it then reckons how long one would wait.

import { expect, test } from 'vitest';
import { BUCKET_MS, SojournLaw } from '../../../src/limiter/laws/sojourn.js';
import { SimulatedLimiter } from './simulated-limiter.js';

const target = 10;
const ceiling = 100;
const riseABucket = (ceiling - target) / 50;
const ticket = new SimulatedLimiter().ticket('any');

/** Something is refused in each bucket from `from` on, and before `until`. */
function refuse(law: SojournLaw, from: number, until: number, each?: (now: number) => void): void {
  for (let now = from; now < until; now += BUCKET_MS) {
    law.noteRefusal(ticket, 'waitTooLong', now);
    each?.(now);
  }
}

test('no trial begins where nothing is refused any more', () => {
  const law = new SojournLaw(target, ceiling);
  refuse(law, 0, 500);
  law.noteInlineStart(ticket, 500);
  // Half a second after the first bucket with a refusal it would have been time.
  law.noteInlineStart(ticket, 520);
  expect(law.waitMs(2)).toBeCloseTo(target + riseABucket, 12);
});

test('nor behind buckets in which nothing came', () => {
  const law = new SojournLaw(target, ceiling);
  refuse(law, 0, 500);
  law.noteInlineStart(ticket, 560);
  expect(law.waitMs(2)).toBeCloseTo(target + 3 * riseABucket, 12);
});

test('once the wait is at its ceiling again, a trial that failed is forgotten', () => {
  const law = new SojournLaw(target, ceiling);
  refuse(law, 0, 520);
  law.noteInlineStart(ticket, 520);
  expect(law.waitMs(2)).toBe(ceiling);
  // The next one would come four seconds later.
  law.noteRefusal(ticket, 'waitTooLong', 530);
  expect(law.waitMs(2)).toBe(target);
  law.noteInlineStart(ticket, 3000);
  expect(law.waitMs(2)).toBe(ceiling);
  const tries: number[] = [];
  refuse(law, 3500, 4100, (now) => {
    if (now >= 3540 && law.waitMs(2) === ceiling) tries.push(now);
  });
  expect(tries).toEqual([4020]);
});

test.each([
  ['handlers take longer than it takes from one start to the next', 5, 2],
  ['handlers take less', 1, 1],
])('on trial the shorter time counts for each who is ahead: %s', (_what, handlerMs, countedMs) => {
  const law = new SojournLaw(target, ceiling);
  // The first start comes at 0, and with it the first bucket.
  let now = -2;
  law.noteBacklog(now);
  while (now < 1000) {
    now += 2;
    law.noteStart(ticket, now);
    law.noteDuration(handlerMs);
  }
  refuse(law, now, now + 500);
  now += 500;
  const ahead = ceiling / countedMs;
  const asks = [ahead - 1, ahead + 1].map((entries) => law.refusesArrival(ticket, entries, now));
  expect(asks).toEqual([null, 'waitTooLong']);
});
