import { expect, test } from 'vitest';
import { isGathered } from '../../../../src/conn/read/gathered-content.js';
import { FRAMING_CHUNKED, FRAMING_LENGTH, type Head } from '../../../../src/fsm/parse/head.js';

const head = (contentLength: number, more: Partial<Head> = {}): Head =>
  ({ framing: FRAMING_LENGTH, contentLength, expectsContinue: false, ...more }) as Head;

const fetches = { limits: { readAheadBytesMax: 100 }, host: undefined };
const hosts = { ...fetches, host: {} };

test('content of a known length is gathered up to what may be read ahead', () => {
  expect([99, 100, 101].map((bytes) => isGathered(head(bytes), fetches, 0))).toEqual([
    true,
    true,
    false,
  ]);
});

test('content whose length nobody knows, or whose client waits to be asked for it, is not', () => {
  expect(isGathered(head(0, { framing: FRAMING_CHUNKED }), fetches, 0)).toBe(false);
  expect(isGathered(head(10, { expectsContinue: true }), fetches, 0)).toBe(false);
});

test('for a host it is gathered only where all of it came with the head', () => {
  expect([9, 10, 11].map((bytes) => isGathered(head(bytes), hosts, 10))).toEqual([
    true,
    true,
    false,
  ]);
  expect([100, 101].map((bytes) => isGathered(head(bytes), hosts, 1000))).toEqual([true, false]);
});
