import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The entries of package.json, from the sources. Whole names only: 'sluice' must not eat 'sluice/core'.
    alias: [
      { find: /^sluice$/, replacement: src('index.ts') },
      { find: /^sluice\/core$/, replacement: src('fsm/index.ts') },
      { find: /^sluice\/limiter$/, replacement: src('limiter/index.ts') },
      { find: /^sluice\/testing$/, replacement: src('testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html', 'lcovonly'],
    },
  },
});
