// A connection's share of one turn of the event loop.

import { expect, test } from 'vitest';
import { TurnShare } from '../../../../src/conn/bytes/turn-share.js';

const MIB = 1024 * 1024;

function shareOf(): { share: TurnShare; asked: () => number } {
  let asked = 0;
  return { share: new TurnShare(() => asked++), asked: () => asked };
}

test.each([
  ['256 pieces of 1 byte', 1, 256],
  ['256 empty pieces', 0, 256],
  ['256 pieces of 4 KiB', 4096, 256],
  ['205 pieces of 5 KiB', 5120, 205],
  ['1 piece of 1 MiB', MIB, 1],
])('is used up by %s', (_what, bytes, count) => {
  const { share, asked } = shareOf();
  for (let i = 1; i < count; i++) share.count(bytes);
  expect([share.yields(), share.isPostponed, asked()]).toEqual([false, false, 0]);
  share.count(bytes);
  expect([share.yields(), share.isPostponed, asked()]).toEqual([true, true, 1]);
});

test('asks for the next turn once, and is whole again in it', () => {
  const { share, asked } = shareOf();
  share.count(3 * MIB);
  share.yields();
  expect([share.yields(), asked()]).toEqual([true, 1]);
  share.renew();
  expect([share.isPostponed, share.yields(), asked()]).toEqual([false, false, 1]);
  share.count(MIB);
  expect([share.yields(), asked()]).toEqual([true, 2]);
});
