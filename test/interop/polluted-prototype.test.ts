// Some libraries add enumerable members to Object.prototype, and then each `for…in` sees them.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../support/polluted-prototype.mjs', import.meta.url));

test.each(['platform', 'globals'])(
  'all entries load and serve beside a polluted Object.prototype, with the %s’s classes',
  async (classes) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, classes]);
    expect([stdout, stderr]).toEqual(['served\n', '']);
  },
);
