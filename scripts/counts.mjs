// What a part of CI has counted, for the line at the end: a file for each part, in $SLUICE_COUNTS.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const closingLines = fileURLToPath(new URL('closing-lines.mjs', import.meta.url));

/** The arguments of vitest by which it writes down what `countsOf` reads, and what `.ci/run` says at its end. */
export function reportsTo(results) {
  return [
    '--reporter=default',
    '--reporter=json',
    `--reporter=${closingLines}`,
    `--outputFile.json=${results}`,
  ];
}

/** Writes down how many passed and failed; without the variable there is nobody to read it. */
export function addCounts(part, { passed, failed }) {
  const folder = process.env.SLUICE_COUNTS;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${part}.json`, JSON.stringify({ passed, failed }));
}

/**
 * What vitest has counted.
 *
 * @param results - the file of its JSON reporter
 * @param status - what it ended with
 */
export function countsOf(results, status) {
  const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
  const found = counts?.numFailedTests ?? 0;
  // A file that can't be loaded, or a run that ended early, has no test that failed.
  return {
    passed: counts?.numPassedTests ?? 0,
    failed: status === 0 ? found : Math.max(found, 1),
  };
}
