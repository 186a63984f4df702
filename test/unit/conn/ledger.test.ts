import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXHAUSTED, Ledger, SCARCE, TIGHT } from '../../../src/conn/ledger.js';

function watched(bytesMax: number): { ledger: Ledger; levels: number[] } {
  const levels: number[] = [];
  return { ledger: new Ledger(bytesMax, (level) => levels.push(level)), levels };
}

describe('the level', () => {
  test('rises at 60, 80 and 95 hundredths of the budget', () => {
    const { ledger, levels } = watched(100);
    ledger.change(59);
    expect(ledger.level).toBe(0);
    ledger.change(1);
    expect(ledger.level).toBe(TIGHT);
    ledger.change(19);
    expect(ledger.level).toBe(TIGHT);
    ledger.change(1);
    expect(ledger.level).toBe(SCARCE);
    ledger.change(14);
    expect(ledger.level).toBe(SCARCE);
    ledger.change(1);
    expect(ledger.level).toBe(EXHAUSTED);
    expect(levels).toEqual([TIGHT, SCARCE, EXHAUSTED]);
  });

  test('falls only when the sum is well below where it began', () => {
    const { ledger, levels } = watched(100);
    ledger.change(60);
    ledger.change(-5);
    expect(ledger.level).toBe(TIGHT);
    ledger.change(-1);
    expect(ledger.level).toBe(0);
    expect(levels).toEqual([TIGHT, 0]);
  });

  test('may jump over one', () => {
    const { ledger, levels } = watched(100);
    ledger.change(100);
    ledger.change(-100);
    expect(levels).toEqual([EXHAUSTED, 0]);
  });
});

describe('shared memory', () => {
  test('counts once, from its first holder to its last', () => {
    const { ledger } = watched(1000);
    const memory = new ArrayBuffer(300);
    ledger.share(memory);
    ledger.share(memory);
    expect(ledger.bytes).toBe(300);
    ledger.unshare(memory);
    expect(ledger.bytes).toBe(300);
    ledger.unshare(memory);
    expect(ledger.bytes).toBe(0);
  });

  test('that nobody holds can be let go of without harm', () => {
    const { ledger } = watched(1000);
    ledger.unshare(new ArrayBuffer(300));
    expect(ledger.bytes).toBe(0);
  });
});

test('what was held and let go of leaves nothing, and the peak stays', () => {
  // Law: the ledger returns to 0.
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), (amounts) => {
      const { ledger } = watched(5000);
      for (const amount of amounts) ledger.change(amount);
      const most = ledger.bytes;
      for (const amount of amounts) ledger.change(-amount);
      expect(ledger.bytes).toBe(0);
      expect(ledger.level).toBe(0);
      expect(ledger.peakBytes).toBe(most);
    }),
  );
});
