// Published packages on `sluice/node`: `npm run test:hosts -- [arguments of vitest]`. They stand in test/hosts, with a
// lockfile of their own, so that `npm ci` stays light. `--next`: Next.js instead, which is 340 MB and is built first.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addCounts } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const hosts = `${top}test/hosts/`;
const next = `${hosts}next/`;
const results = `${top}coverage/hosts.json`;

const given = process.argv.slice(2);
const isNext = given.includes('--next');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...(isNext && { SLUICE_NEXT: '1' }) };

install(hosts);
if (isNext) {
  install(next);
  const build = [`${next}node_modules/next/dist/bin/next`, 'build'];
  execFileSync(process.execPath, build, { cwd: next, stdio: 'inherit', env });
}

rmSync(results, { force: true });
const vitest = [
  `${top}node_modules/vitest/vitest.mjs`,
  'run',
  '--config',
  `${hosts}vitest.config.mjs`,
];
const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const filters = given.filter((argument) => argument !== '--next');
const { status } = spawnSync(process.execPath, [...vitest, ...filters, ...reports], {
  cwd: top,
  stdio: 'inherit',
  env,
});
const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
const passed = counts?.numPassedTests ?? 0;
const found = counts?.numFailedTests ?? 0;
// A file that can't be loaded, or a run that ended early, has no test that failed.
addCounts('hosts', { passed, failed: status === 0 ? found : Math.max(found, 1) });
if (status !== 0 || passed === 0) process.exitCode = 1;

function install(folder) {
  const installed = `${folder}node_modules/`;
  if (changedAt(`${installed}.package-lock.json`) < changedAt(`${folder}package-lock.json`)) {
    // Quietly: some of the packages ask for a newer Node than the oldest that sluice supports.
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['ci', '--prefix', folder, ...quiet], { stdio: 'inherit' });
  }
  // They find sluice by its name, as it is published.
  if (!existsSync(`${installed}sluice`)) symlinkSync(top, `${installed}sluice`, 'dir');
}

function changedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
