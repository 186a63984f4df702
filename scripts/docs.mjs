// Renews the generated parts of the documentation: `npm run docs`. With `--check` it writes nothing
// and fails where something is stale.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DOCUMENTS, generatedParts, renew, SOURCES } from './doc-parts.mjs';

const top = new URL('../', import.meta.url);
const pathOf = (path) => fileURLToPath(new URL(path, top));
const read = (path) => readFileSync(pathOf(path), 'utf8');

const check = process.argv.includes('--check');
const core = await import(new URL('build/fsm/index.js', top).href);
const parts = generatedParts(core, Object.fromEntries(SOURCES.map((path) => [path, read(path)])));

for (const path of DOCUMENTS) {
  if (!existsSync(pathOf(path))) {
    console.log(`${path}: there is no such file; skipped`);
    continue;
  }
  const before = read(path);
  const { text, names } = renew(before, parts);
  if (names.length === 0) console.log(`${path}: no generated parts are marked; skipped`);
  else if (text === before) console.log(`${path}: fresh (${names.join(', ')})`);
  else if (check) {
    console.error(`${path}: stale; run npm run docs`);
    process.exitCode = 1;
  } else {
    writeFileSync(pathOf(path), text);
    console.log(`${path}: renewed (${names.join(', ')})`);
  }
}
