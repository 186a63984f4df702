// Published packages on `sluice/node`: `npm run test:hosts -- [arguments of vitest]`. They stand in test/hosts, with a
// lockfile of their own, so that `npm ci` stays light. `--next`: Next.js instead, which is 340 MB and is built first.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { install, runTests } from './extra-tests.mjs';

const hosts = fileURLToPath(new URL('../test/hosts/', import.meta.url));
const next = `${hosts}next/`;

const given = process.argv.slice(2);
const isNext = given.includes('--next');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...(isNext && { SLUICE_NEXT: '1' }) };

install(hosts);
if (isNext) {
  install(next);
  const build = [`${next}node_modules/next/dist/bin/next`, 'build'];
  execFileSync(process.execPath, build, { cwd: next, stdio: 'inherit', env });
}
const filters = given.filter((argument) => argument !== '--next');
runTests('hosts', hosts, filters, env);
