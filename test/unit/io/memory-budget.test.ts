import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../../src/index.js';
import { memoryBudget, processBudget } from '../../../src/io/memory-budget.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const roomy = { heapBytesMax: 4 * GIB, constrainedBytes: undefined, totalBytes: 16 * GIB };

describe('the budget where nobody gave one', () => {
  test.each([
    ['is 256 MiB where there is plenty', roomy, 256],
    ['is a quarter of the container', { ...roomy, constrainedBytes: 128 * MIB }, 32],
    ['is a quarter of the heap', { ...roomy, heapBytesMax: 64 * MIB }, 16],
    ['is a quarter of the machine', { ...roomy, totalBytes: 512 * MIB }, 128],
    ['heeds no container of 0 bytes, which is none', { ...roomy, constrainedBytes: 0 }, 256],
    ['heeds no container without a bound', { ...roomy, constrainedBytes: 2 ** 64 }, 256],
    ['is 4 MiB at least', { ...roomy, heapBytesMax: 8 * MIB }, 4],
    ['is 255 MiB just below the most', { ...roomy, constrainedBytes: 1020 * MIB }, 255],
    ['is 256 MiB just above it', { ...roomy, constrainedBytes: 1028 * MIB }, 256],
  ])('%s', (_what, home, mib) => {
    expect(memoryBudget(home)).toBe(mib * MIB);
  });

  test('is told by stats(), and a budget that was given wins', () => {
    const fetch = () => reply();
    expect(createServer({ fetch }).stats().bytesMax).toBe(processBudget());
    const limits = { bufferedBytesMax: 300 * MIB };
    expect(createServer({ fetch, limits }).stats().bytesMax).toBe(300 * MIB);
  });
});
