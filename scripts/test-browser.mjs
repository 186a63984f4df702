// The status page in Debian's chromium: `npm run test:browser -- [arguments of vitest]`. What drives it stands in
// test/browser, with a lockfile of its own, so that `npm ci` stays light. Without chromium it is skipped, and says so.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addCounts } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const folder = `${top}test/browser/`;
const results = `${top}coverage/browser.json`;
const installed = `${folder}node_modules/`;

if (existsSync('/usr/bin/chromium')) run();
else {
  console.log('notice: the status page is not looked at, since there is no /usr/bin/chromium');
  addCounts('browser', { passed: 0, failed: 0 });
}

function run() {
  if (changedAt(`${installed}.package-lock.json`) < changedAt(`${folder}package-lock.json`)) {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['ci', '--prefix', folder, ...quiet], { stdio: 'inherit' });
  }
  // It is found by its name, as it is published.
  if (!existsSync(`${installed}sluice`)) symlinkSync(top, `${installed}sluice`, 'dir');
  rmSync(results, { force: true });
  const vitest = [`${top}node_modules/vitest/vitest.mjs`, 'run'];
  const config = ['--config', `${folder}vitest.config.mjs`];
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const { status } = spawnSync(
    process.execPath,
    [...vitest, ...config, ...process.argv.slice(2), ...reports],
    { cwd: top, stdio: 'inherit' },
  );
  const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
  const passed = counts?.numPassedTests ?? 0;
  const found = counts?.numFailedTests ?? 0;
  // A file that can't be loaded, or a run that ended early, has no test that failed.
  addCounts('browser', { passed, failed: status === 0 ? found : Math.max(found, 1) });
  if (status !== 0 || passed === 0) process.exitCode = 1;
}

function changedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
