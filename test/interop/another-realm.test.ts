// vitest's vmThreads and jest give a program a realm of its own: no class of the program's is the one
// that Node's modules know.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const path = (of: string): string => fileURLToPath(new URL(`../../${of}`, import.meta.url));

test('a whole program serves in a realm of its own', async () => {
  const runner = path('node_modules/vitest/vitest.mjs');
  const program = 'test/interop/whole-program.test.ts';
  const options = ['run', '--pool=vmThreads', '--maxWorkers=1', '--reporter=default', program];
  const run = promisify(execFile)(process.execPath, [runner, ...options], {
    cwd: path(''),
    env: { ...process.env, NO_COLOR: '1', VITEST: undefined, VITEST_POOL_ID: undefined },
  });
  // It ends with 0 only where all of its tests have passed.
  const { stdout } = await run.catch((failure: { stdout: string }) => failure);
  expect(stdout).toMatch(/Tests {2}\d+ passed \(\d+\)/);
});
