// A long file holds a second idea. It is found here before it is found by readers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { top } from '../support/top.js';

const LINES_MAX = 400;

const CODE = /\.[cm]?[jt]s$/;

/** Packages of others, and what tools write beside the code. */
const isForeign = (name: string): boolean => name === 'node_modules' || name.startsWith('.');

/** The files of code in `folder` and below it. What is foreign may be large, and is not looked into. */
function codeIn(folder: string): string[] {
  return readdirSync(join(top, folder), { withFileTypes: true })
    .filter(({ name }) => !isForeign(name))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return codeIn(path);
      return CODE.test(path) ? [path] : [];
    });
}

/** Those that are too long, with their number of lines. */
function longFiles(folder: string): string[] {
  return codeIn(folder)
    .map((path) => [path, linesOf(readFileSync(join(top, path), 'utf8'))] as const)
    .filter(([, lines]) => lines > LINES_MAX)
    .map(([path, lines]) => `${path}: ${lines} lines`);
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
