// Tests whose packages stand in a folder of test, with a lockfile of their own, so that `npm ci` stays light.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addCounts, countsOf, reportsTo } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));

/** Installs what is missing in the folder, and sluice by its name, as it is published. */
export function install(folder) {
  const installed = `${folder}node_modules/`;
  if (changedAt(`${installed}.package-lock.json`) < changedAt(`${folder}package-lock.json`)) {
    // Quietly: some of the packages ask for a newer Node than the oldest that sluice supports.
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['ci', '--prefix', folder, ...quiet], { stdio: 'inherit' });
  }
  if (!existsSync(`${installed}sluice`)) symlinkSync(top, `${installed}sluice`, 'dir');
}

/**
 * Runs the folder's tests, and writes down how many passed and failed.
 *
 * @param part - the name of what is counted
 * @param args - further arguments of vitest
 */
export function runTests(part, folder, args, env = process.env) {
  const results = `${top}coverage/${part}.json`;
  rmSync(results, { force: true });
  const vitest = [`${top}node_modules/vitest/vitest.mjs`, 'run'];
  const config = ['--config', `${folder}vitest.config.mjs`];
  const { status } = spawnSync(
    process.execPath,
    [...vitest, ...config, ...args, ...reportsTo(results)],
    {
      cwd: top,
      stdio: 'inherit',
      env,
    },
  );
  const counts = countsOf(results, status);
  addCounts(part, counts);
  if (status !== 0 || counts.passed === 0) process.exitCode = 1;
}

function changedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
