// Profiles sluice under load: `npm run profile -- cpu --case json`. docs/profiling.md shows how to
// read what comes out.

import { mkdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HELP, readArguments } from './lib/arguments.mjs';
import { installed } from './lib/install.mjs';

const reports = fileURLToPath(new URL('./reports', import.meta.url));

async function main(args) {
  const wanted = readArguments(args);
  if (wanted.error !== undefined) {
    console.error(`profile: ${wanted.error}\n\n${HELP}`);
    return 2;
  }
  if (wanted.help) {
    console.log(HELP);
    return 0;
  }
  installed();
  const folder = resolve(wanted.out ?? reports, `${wanted.tool}-${wanted.case}`);
  mkdirSync(folder, { recursive: true });
  const { profile } = await import(wanted.tool === 'cpu' ? './lib/cpu.mjs' : './lib/clinic.mjs');
  const made = await profile({ ...wanted, folder });
  console.log(`\n${made.map((path) => relative(process.cwd(), path)).join('\n')}`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`profile: ${error.message}`);
  process.exitCode = 1;
}
