// `node bench/speed/page.mjs [results folder] [docs folder]` writes docs/performance.md and its charts from
// what `npm run bench`, `bench:micro`, `bench:scale` and `bench:parts` measured. What is written by hand is in notes.md.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { performancePage } from './page-text.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** All that the page is made from, as it is saved. */
export function saved(folder = pathOf('../results')) {
  const read = (name) => {
    const path = join(folder, `${name}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  };
  return {
    results: read('speed'),
    others: ['speed-node22', 'speed-node20'].map(read).filter(Boolean),
    micro: read('speed-micro'),
    scale: read('speed-scale'),
    parts: ['speed-parts', 'speed-parts-node22', 'speed-parts-node26'].map(read).filter(Boolean),
    notes: readFileSync(pathOf('notes.md'), 'utf8'),
  };
}

function write([from, docs = pathOf('../../docs')]) {
  const given = saved(from);
  if (given.results === undefined) {
    console.error('there are no results yet: npm run bench');
    process.exit(1);
  }
  const { text, charts } = performancePage(given);
  mkdirSync(join(docs, 'charts'), { recursive: true });
  writeFileSync(join(docs, 'performance.md'), text);
  for (const [name, svg] of Object.entries(charts)) {
    writeFileSync(join(docs, 'charts', `${name}.svg`), svg);
  }
  const { length } = given.results.measurements;
  console.log(
    `docs/performance.md, ${Object.keys(charts).length} charts, of ${length} measurements`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write(process.argv.slice(2));
