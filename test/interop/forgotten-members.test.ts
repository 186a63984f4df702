// V8 forgets the connections and requests that have left at its next small collection.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

describe('what has left is forgotten at the next small collection', () => {
  const program = fileURLToPath(new URL('../support/forgotten-members.mjs', import.meta.url));
  const keptBy = async (kind: string): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, kind]);
    return Number(stdout);
  };

  test('by a list, and not by a Set', async () => {
    expect(await keptBy('list')).toBeLessThan(0.05);
    expect(await keptBy('set')).toBeGreaterThan(0.2);
  });

  test('by what stands under numbers, and not by a Map', async () => {
    expect(await keptBy('numbers')).toBeLessThan(0.05);
    expect(await keptBy('map')).toBeGreaterThan(0.2);
  });
});
