// A wrong argument of a benchmark ends it before it writes a result.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chosenNames, wholeNumber } from '../../bench/lib/arguments.mjs';
import { top } from '../support/top.js';

test('names are chosen by their whole names, or as the run says', () => {
  expect(chosenNames(undefined, ['a', 'b'], 'cases')).toEqual(['a', 'b']);
  expect(chosenNames('b,a', ['a', 'b', 'c'], 'cases')).toEqual(['a', 'b']);
  const begins = (name: string, asked: string): boolean => name.startsWith(asked);
  expect(chosenNames('to', ['tls', 'tomato', 'top'], 'cases', begins)).toEqual(['tomato', 'top']);
});

test('a number is whole and above 0', () => {
  expect(wholeNumber('rounds', undefined, 3)).toBe(3);
  expect(wholeNumber('rounds', '12', 3)).toBe(12);
});

test.each([
  [
    'limits/main.mjs',
    ['--only', 'backend'],
    "there is no 'backend' among the scenarios: saturated",
  ],
  ['limits/main.mjs', ['--worlds', 'nosuch'], "there is no 'nosuch' among the worlds: "],
  ['limits/main.mjs', ['--seeds', '1.5'], "--seeds takes a whole number from 1 on; got '1.5'"],
])('%s %j says what there is', (path, given, says) => {
  let said = '';
  try {
    execFileSync(process.execPath, [join(top, 'bench', path), ...given], { stdio: 'pipe' });
  } catch (error) {
    said = String((error as { stderr: Buffer }).stderr);
  }
  expect(said).toContain(says);
});
