// The parsers of a server: had while a message is under way, given back between messages.

import { expect, test } from 'vitest';
import { Readers } from '../../../../src/conn/read/readers.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';

test('a reader that was given back is taken again, and counts for its new connection', () => {
  const readers = new Readers(DEFAULT_LIMITS);
  const first = readers.take(5);
  expect(first.consumedBytes).toBe(5);
  expect(readers.take(0)).not.toBe(first);
  readers.give(first);
  const again = readers.take(70);
  expect(again).toBe(first);
  expect(again.consumedBytes).toBe(70);
});

test('64 are kept for later', () => {
  const readers = new Readers(DEFAULT_LIMITS);
  const taken = Array.from({ length: 65 }, () => readers.take(0));
  for (const reader of taken) readers.give(reader);
  const known = new Set(taken);
  const again = Array.from({ length: 65 }, () => readers.take(0));
  expect(again.filter((reader) => known.has(reader))).toHaveLength(64);
});
