// What the corpus covers of the RFCs, and the table of it in the documentation.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coverageDocument, coveringCases, readSources } from '../../scripts/rfc-coverage.mjs';
import { readCorpus } from './document.js';

const { documents, listed } = readSources();
const ids = listed.requirements.map(({ id }: { id: string }) => id);

test('every requirement has a case, or a reason why it does not apply', () => {
  const covering = coveringCases(documents);
  const unclear = listed.requirements.filter(
    ({ id, why }: { id: string; why?: string }) => covering.has(id) === (why !== undefined),
  );
  expect(unclear).toEqual([]);
});

test('no case covers what is not listed, and no requirement is listed twice', () => {
  const covered = readCorpus().flatMap(({ covers }) => covers);
  expect(covered.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('docs/rfc-coverage.md is fresh (node scripts/rfc-coverage.mjs renews it)', () => {
  const table = readFileSync(new URL('../../docs/rfc-coverage.md', import.meta.url), 'utf8');
  expect(table).toBe(coverageDocument(documents, listed));
});
