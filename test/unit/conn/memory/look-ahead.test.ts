// How far a connection reads ahead of whoever asks for its bytes.

import { expect, test } from 'vitest';
import { Ledger, SCARCE, TIGHT } from '../../../../src/conn/memory/ledger.js';
import {
  aheadBytesMost,
  nextAheadBytes,
  tightReadAhead,
} from '../../../../src/conn/memory/look-ahead.js';
import { FULL_READ_BYTES } from '../../../../src/conn/transport.js';

const MIB = 1024 * 1024;
const ledgerWith = (bytes: number, bytesMax = 100 * MIB): Ledger => {
  const ledger = new Ledger(bytesMax, () => {});
  ledger.change(bytes);
  return ledger;
};

test('while memory is tight, it is 16 KiB or less, and content comes one piece at a time once it is scarce', () => {
  expect(tightReadAhead(65_536, TIGHT, true)).toBe(16_384);
  expect(tightReadAhead(100, TIGHT, true)).toBe(100);
  expect(tightReadAhead(65_536, SCARCE, false)).toBe(16_384);
  expect(tightReadAhead(65_536, SCARCE, true)).toBe(1);
});

test('the most is all content that may be read, with its framing, or a 16th of all memory', () => {
  expect(aheadBytesMost(MIB, 256 * MIB)).toBe(MIB + 2 * FULL_READ_BYTES);
  expect(aheadBytesMost(100 * MIB, 256 * MIB)).toBe(16 * MIB);
  expect(aheadBytesMost(Number.POSITIVE_INFINITY, 32 * MIB)).toBe(2 * MIB);
});

test('each look goes eight times as far as the one before, up to the most', () => {
  const ledger = ledgerWith(0);
  expect(nextAheadBytes(0, 9 * MIB, ledger)).toBe(MIB / 2);
  expect(nextAheadBytes(FULL_READ_BYTES, 9 * MIB, ledger)).toBe(MIB / 2);
  expect(nextAheadBytes(MIB / 2, 9 * MIB, ledger)).toBe(4 * MIB);
  expect(nextAheadBytes(4 * MIB, 9 * MIB, ledger)).toBe(9 * MIB);
  expect(nextAheadBytes(0, 1000, ledger)).toBe(1000);
});

test('nobody looks where memory would be tight if all held eight times as much', () => {
  // Tight begins at 60 of 100.
  expect(nextAheadBytes(0, MIB, ledgerWith(7.4 * MIB))).toBe(MIB / 2);
  expect(nextAheadBytes(0, MIB, ledgerWith(7.5 * MIB))).toBe(0);
});
