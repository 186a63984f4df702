import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

// The real proxies in front of the built package: `npm run test:deploy`. They take more than half a minute, so
// `npm test` leaves them out.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/deploy/**/*.test.ts'],
    exclude: [],
    testTimeout: 600_000,
    reporters: ['default'],
  },
});
