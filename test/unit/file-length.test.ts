// A long file holds a second idea. It is found here before it is found by readers.

import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { top } from '../support/top.js';

const LINES_MAX = 400;

const CODE = /\.[cm]?[jt]s$/;

/** Packages of others, and what tools write beside the code. */
const isForeign = (path: string): boolean =>
  path.split(sep).some((name) => name === 'node_modules' || name.startsWith('.'));

/** The files of code below `folder` that are too long, with their number of lines. */
function longFiles(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => CODE.test(path) && !isForeign(path))
    .map((path) => [path, linesOf(readFileSync(join(top, folder, path), 'utf8'))] as const)
    .filter(([, lines]) => lines > LINES_MAX)
    .map(([path, lines]) => `${folder}/${path}: ${lines} lines`);
}

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length;
}

test.each(['src', 'test', 'bench', 'scripts', 'examples', 'fuzz', 'profiling', 'site'])(
  'no file of %s has more than 400 lines',
  (folder) => {
    expect(longFiles(folder)).toEqual([]);
  },
);

test('a file is measured by its lines, with or without an end of the last', () => {
  expect([linesOf('a'), linesOf('a\n'), linesOf('a\n\nb\n')]).toEqual([1, 1, 3]);
});
