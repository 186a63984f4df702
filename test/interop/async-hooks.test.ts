// Tools that follow asynchronous resources are told of the end of each, or they would hold them for ever.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('async hooks hold no resource of a request that is over', async () => {
  const program = fileURLToPath(new URL('../support/hooked-server.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
  // The server's own, and those of its last requests.
  expect(Number(stdout)).toBeLessThan(20);
});
