import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const src = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

const ci = process.env.CI !== undefined;

// The seed of the property tests: fixed in CI, another each time elsewhere, printed always.
const seed = process.env.SLUICE_SEED ?? (ci ? '20260807' : String(Date.now() & 0x7fffffff));
process.env.SLUICE_SEED = seed;
console.log(`property tests: SLUICE_SEED=${seed}`);

export default defineConfig({
  resolve: {
    // The entries of package.json, from the sources. Whole names only: 'sluice' must not eat
    // 'sluice/core'.
    alias: [
      { find: /^sluice$/, replacement: src('index.ts') },
      { find: /^sluice\/core$/, replacement: src('fsm/index.ts') },
      { find: /^sluice\/limiter$/, replacement: src('limiter/index.ts') },
      { find: /^sluice\/testing$/, replacement: src('testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Real proxies: vitest.deploy.config.ts.
    exclude: [...configDefaults.exclude, 'test/deploy/**'],
    setupFiles: ['test/support/seed.ts'],
    // A process for each file: memory can be measured, and a crash takes one file down.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    allowOnly: false,
    // Sockets and clocks of a busy machine: what passes the second time is named at the end (CONTRIBUTING.md).
    retry: ci ? 1 : 0,
    reporters: ci ? ['default', 'json', './scripts/closing-lines.mjs'] : ['default'],
    outputFile: { json: 'coverage/results.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html', 'lcovonly', 'json-summary'],
      thresholds: {
        'src/fsm/**': { statements: 100, branches: 100, functions: 100, lines: 100 },
        lines: 95,
      },
    },
  },
});
