import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

// The real proxies in front of the built package: `npm run test:deploy`. They take more than half a minute, so
// `npm test` leaves them out.
const READ_ALIKE = 'test/deploy/read-alike.test.ts';
const isProxies = process.env.SLUICE_DEPLOY === 'proxies';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    include: [isProxies ? READ_ALIKE : 'test/deploy/**/*.test.ts'],
    exclude: isProxies ? [] : [READ_ALIKE],
    testTimeout: 600_000,
    reporters:
      process.env.CI === undefined ? ['default'] : ['default', './scripts/closing-lines.mjs'],
  },
});
