// The profilers, from profiling's own lockfile: some 700 packages, which the root is spared. No
// script of theirs is run.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../', import.meta.url));

export function installed() {
  // npm writes it when all else is there.
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  console.log('installing the profilers into profiling/node_modules (once; 700 packages) …');
  const flags = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', flags, { stdio: 'inherit' });
}

/** Where an installed command is. */
export function commandPath(name) {
  return `${folder}node_modules/.bin/${name}`;
}
