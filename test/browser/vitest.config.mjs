// The built package, as its users have it, in Debian's chromium.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['*.test.mjs'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // The page changes once a second, and later on a machine that is busy.
    expect: { poll: { timeout: 20_000 } },
    allowOnly: false,
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
