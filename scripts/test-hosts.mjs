// Published packages on `sluice/node`: `npm run test:hosts -- [arguments of vitest]`. They stand in test/hosts, with a
// lockfile of their own, so that `npm ci` stays light.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addCounts } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const hosts = `${top}test/hosts/`;
const installed = `${hosts}node_modules/`;
const results = `${top}coverage/hosts.json`;

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
if (changedAt(`${installed}.package-lock.json`) < changedAt(`${hosts}package-lock.json`)) {
  // Quietly: some of the packages ask for a newer Node than the oldest that sluice supports.
  const flags = [
    'ci',
    '--prefix',
    hosts,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--silent',
  ];
  execFileSync('npm', flags, { stdio: 'inherit' });
}
// They find sluice by its name, as it is published.
if (!existsSync(`${installed}sluice`)) symlinkSync(top, `${installed}sluice`, 'dir');

rmSync(results, { force: true });
const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const vitest = [
  `${top}node_modules/vitest/vitest.mjs`,
  'run',
  '--config',
  `${hosts}vitest.config.mjs`,
];
const { status } = spawnSync(process.execPath, [...vitest, ...process.argv.slice(2), ...reports], {
  cwd: top,
  stdio: 'inherit',
});
const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
const passed = counts?.numPassedTests ?? 0;
const found = counts?.numFailedTests ?? 0;
// A file that can't be loaded, or a run that ended early, has no test that failed.
addCounts('hosts', { passed, failed: status === 0 ? found : Math.max(found, 1) });
if (status !== 0 || passed === 0) process.exitCode = 1;
