// A long file holds a second idea. It is found here before it is found by readers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { top } from '../support/top.js';

const LINES_MAX = 400;

/** The files below `folder` that are too long, with their number of lines. */
function longFiles(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, linesOf(readFileSync(join(top, folder, path), 'utf8'))] as const)
    .filter(([, lines]) => lines > LINES_MAX)
    .map(([path, lines]) => `${folder}/${path}: ${lines} lines`);
}

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length;
}

test.each(['src', 'test/support', 'test/simulation'])(
  'no file of %s has more than 400 lines',
  (folder) => {
    expect(longFiles(folder)).toEqual([]);
  },
);

test('a file is measured by its lines, with or without an end of the last', () => {
  expect([linesOf('a'), linesOf('a\n'), linesOf('a\n\nb\n')]).toEqual([1, 1, 3]);
});
