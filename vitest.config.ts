import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import type { InlineConfig } from 'vitest/node';

const src = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

const ci = process.env.CI !== undefined;

// The seed of the property tests: fixed in CI, another each time elsewhere, printed always.
const seed = process.env.SLUICE_SEED ?? (ci ? '20260807' : String(Date.now() & 0x7fffffff));
process.env.SLUICE_SEED = seed;
console.log(`property tests: SLUICE_SEED=${seed}`);

// Tests of the pure layers, and of whole servers in virtual time. They use no network, start no process, measure no heap,
// and leave globals as they were. So they share the two processes, and load the modules twice, not once a file.
const SHARING = [
  'test/unit/{conn,fsm,http,limiter,observe,options}/**/*.test.ts',
  'test/property/{conn,fsm,http}/**/*.test.ts',
  'test/{conformance,simulation}/**/*.test.ts',
];

// Real proxies: vitest.deploy.config.ts.
const ELSEWHERE = [...configDefaults.exclude, 'test/deploy/**'];

const resolve = {
  // The entries of package.json, from the sources. Whole names only: 'sluice' must not eat
  // 'sluice/core'.
  alias: [
    { find: /^sluice$/, replacement: src('index.ts') },
    { find: /^sluice\/core$/, replacement: src('fsm/index.ts') },
    { find: /^sluice\/limiter$/, replacement: src('limiter/index.ts') },
    { find: /^sluice\/testing$/, replacement: src('testing/index.ts') },
  ],
};

const each: InlineConfig = {
  setupFiles: ['test/support/seed.ts'],
  pool: 'forks',
  maxWorkers: 2,
  testTimeout: 120_000,
  hookTimeout: 240_000,
  allowOnly: false,
  // Sockets and clocks of a busy machine: what passes the second time is named at the end (CONTRIBUTING.md).
  retry: ci ? 1 : 0,
};

export default defineConfig({
  resolve,
  test: {
    ...each,
    projects: [
      {
        resolve,
        test: { ...each, name: 'sharing', include: SHARING, exclude: ELSEWHERE, isolate: false },
      },
      {
        resolve,
        // A process for each file: memory can be measured, and a crash takes one file down.
        test: {
          ...each,
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...SHARING],
        },
      },
    ],
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
