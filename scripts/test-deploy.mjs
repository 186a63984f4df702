// The real proxies in front of the built package: `npm run test:deploy`. With `--full`, 500 requests a second for some
// minutes, and the ways that the short run leaves out.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
const more = args.filter((arg) => arg !== '--full');
const { status } = spawnSync(
  process.execPath,
  [
    fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)),
    'run',
    '--config',
    'vitest.deploy.config.ts',
    ...more,
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, ...(more.length < args.length ? { SLUICE_DEPLOY: 'full' } : {}) },
  },
);
process.exitCode = status ?? 1;
