// Mutation testing: `npm run mutation` breaks the code in every way it knows and
// counts what the tests notice. `MUTATE=limiter` does the limiter, `MUTATE=conn` the driver of a
// connection, else the protocol.

const layers = {
  fsm: { tests: ['test/unit/fsm/**/*.test.ts'] },
  limiter: { tests: ['test/unit/limiter/**/*.test.ts'] },
  conn: { tests: ['test/unit/conn/**/*.test.ts'] },
};
const layer = process.env.MUTATE ?? 'fsm';
// The test runner's own configuration reads this: mutants are tried against few and fast tests.
process.env.SLUICE_MUTATION_TESTS = layers[layer].tests.join(',');

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [`src/${layer}/**/*.ts`, '!src/**/index.ts', '!src/fsm/machine/mermaid.ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  // What runs when a module loads would need all tests for each mutant; the tables that matter are
  // built in functions.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `coverage/mutation-${layer}.json` },
  htmlReporter: { fileName: `coverage/mutation-${layer}.html` },
  incremental: true,
  incrementalFile: `coverage/mutation-${layer}-incremental.json`,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['build', 'dist', 'coverage', 'bench', 'docs', 'fuzz/corpus', 'profiling'],
  thresholds: { high: 95, low: 90, break: 90 },
};
