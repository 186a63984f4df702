import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXHAUSTED, Ledger, SCARCE, TIGHT } from '../../../../src/conn/memory/ledger.js';

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

  test('is the same by any way to a sum, at each of many budgets', () => {
    // Law: the level depends on the sum and the level before, never on how often it was looked at.
    for (const bytesMax of [1, 3, 7, 99, 100, 1000, 12_345]) {
      const { ledger } = watched(bytesMax);
      let level = 0;
      for (const sum of [
        0, 0.5, 0.58, 0.6, 0.56, 0.55, 0.54, 0.8, 0.75, 0.74, 0.95, 0.9, 0.89, 2,
      ]) {
        ledger.change(sum * bytesMax - ledger.bytes);
        const share = ledger.bytes / bytesMax;
        while (level < 3 && share >= ([0.6, 0.8, 0.95][level] ?? 0)) level++;
        while (level > 0 && share < ([0.6, 0.8, 0.95][level - 1] ?? 0) - 0.05) level--;
        expect([bytesMax, sum, ledger.level]).toEqual([bytesMax, sum, level]);
      }
    }
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

test('who waits for memory hears of each that holds less, and of nothing else', () => {
  const { ledger } = watched(1000);
  let heard = 0;
  ledger.onLess = () => void heard++;
  ledger.change(100);
  ledger.change(0);
  expect(heard).toBe(0);
  expect([ledger.replace(100, 40), ledger.bytes, heard]).toEqual([40, 40, 1]);
});

test.each([
  [59, true],
  [60, false],
])('%i bytes more stay below what is tight: %s', (bytes, isBelow) => {
  const { ledger } = watched(200);
  ledger.change(60);
  expect(ledger.fits(bytes, TIGHT)).toBe(isBelow);
});
