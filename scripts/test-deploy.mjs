// The real proxies in front of the built package: `npm run test:deploy`. With `--full`, 500 requests a second for some
// minutes, and the ways that the short run leaves out. With `--proxies` (`npm run test:proxies`), what proxies pass on of
// the vectors of other projects, and nothing else.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MODES = ['full', 'proxies'];

const args = process.argv.slice(2);
const mode = MODES.find((name) => args.includes(`--${name}`)) ?? 'short';
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const more = args.filter((arg) => !MODES.some((name) => arg === `--${name}`));
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.deploy.config.ts', ...more],
  { stdio: 'inherit', env: { ...process.env, SLUICE_DEPLOY: mode } },
);
process.exitCode = status ?? 1;
