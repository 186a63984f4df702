// The packages under test run in processes of their own (run.mjs), as they do with their users.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: [process.env.SLUICE_NEXT === '1' ? 'next/*.test.mjs' : '*.test.mjs'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
