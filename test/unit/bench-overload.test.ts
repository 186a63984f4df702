import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const chartsOf = (docs: string): string[] =>
  readdirSync(join(docs, 'charts')).filter((name) => name.startsWith('overload-'));

test('the page on overload says what was measured', () => {
  const made = mkdtempSync(join(tmpdir(), 'sluice-overload-'));
  try {
    // What was written by hand is taken from the page.
    copyFileSync(pathOf('docs/overload.md'), join(made, 'overload.md'));
    execFileSync(process.execPath, [
      pathOf('bench/overload/page.mjs'),
      pathOf('bench/results/overload.json'),
      made,
    ]);
    const read = (docs: string, name: string): string => readFileSync(join(docs, name), 'utf8');
    const docs = pathOf('docs');
    expect(read(docs, 'overload.md')).toBe(read(made, 'overload.md'));
    expect(chartsOf(docs)).toEqual(chartsOf(made));
    for (const chart of chartsOf(made))
      expect(read(docs, `charts/${chart}`)).toBe(read(made, `charts/${chart}`));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
});
