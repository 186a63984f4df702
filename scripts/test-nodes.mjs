// The tests on every Node that is supported: `npm run test:nodes -- [arguments of vitest]`. The others
// than the one that runs this are bench's optional dependencies.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installed } from '../bench/lib/install.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const vitest = `${top}node_modules/vitest/vitest.mjs`;

installed({ runtimes: true });
const others = ['node22', 'node24'].map((name) => `${top}bench/node_modules/${name}/bin/node`);
for (const path of [process.execPath, ...others]) {
  if (!existsSync(path)) throw new Error(`no Node at ${path}: npm ci --prefix bench`);
  const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\n== Node ${version}`);
  const run = spawnSync(path, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: top,
    stdio: 'inherit',
  });
  if (run.status !== 0) process.exitCode = 1;
}
