// The servers to compare with, from bench's own lockfile. No script of theirs is run.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** Installs what is missing; with `runtimes`, other runtimes too, which are large. */
export function installed({ runtimes = false } = {}) {
  const probe = runtimes ? 'node_modules/node24' : 'node_modules/fastify';
  if (existsSync(`${folder}${probe}`)) return;
  console.log('installing what bench compares with …');
  const flags = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  if (!runtimes) flags.push('--omit=optional');
  execFileSync('npm', flags, { stdio: 'inherit' });
}
