// What a part of CI has counted, for the line at the end: a file for each part, in $SLUICE_COUNTS.

import { mkdirSync, writeFileSync } from 'node:fs';

/** Writes down how many passed and failed; without the variable there is nobody to read it. */
export function addCounts(part, { passed, failed }) {
  const folder = process.env.SLUICE_COUNTS;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${part}.json`, JSON.stringify({ passed, failed }));
}
