// What the corpus covers of the RFCs, and the table of it in the documentation.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coverageDocument, coveringCases, readSources } from '../../scripts/rfc-coverage.mjs';
import { readCorpus } from './document.js';

const { documents, listed } = readSources();
const ids = listed.requirements.map(({ id }: { id: string }) => id);

interface Requirement {
  readonly id: string;
  readonly tests?: readonly string[];
  readonly why?: string;
}

test('every requirement has a case or a test, or a reason why it does not apply', () => {
  const covering = coveringCases(documents);
  const unclear = listed.requirements.filter(
    ({ id, tests = [], why }: Requirement) =>
      (covering.has(id) || tests.length > 0) === (why !== undefined),
  );
  expect(unclear).toEqual([]);
});

test('every test that is named is there', () => {
  const named: string[] = listed.requirements.flatMap(({ tests = [] }: Requirement) => tests);
  const missing = named.filter((test) => {
    const colon = test.indexOf(': ');
    const path = new URL(`../../${test.slice(0, colon)}`, import.meta.url);
    return !readFileSync(path, 'utf8').includes(`test('${test.slice(colon + 2)}'`);
  });
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(0);
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
