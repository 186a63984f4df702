import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

// Few and fast tests, chosen by stryker.config.mjs: each of thousands of mutants runs them.
const tests = process.env.SLUICE_MUTATION_TESTS ?? 'test/unit/fsm/**/*.test.ts';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    include: tests.split(','),
    reporters: ['default'],
    // To load all modules anew for each file of tests takes several times as long as the tests.
    isolate: false,
  },
});
