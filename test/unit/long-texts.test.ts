// Texts that anybody may send are read in a time that grows with their length, not with its square. By the square, each of
// these would take most of a minute, and the test would be over time.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { scanHead } from '../../src/adapters/node/message/head-scan.js';
import { parseByteRange } from '../../src/adapters/static-files/byte-range.js';
import { masked } from '../../src/conn/fault/masked.js';
import { LightHeaders } from '../../src/globals/light-headers.js';
import { toldBy } from '../../src/http/forwarded/told.js';
import { trimValue } from '../../src/http/reply/field-check.js';
import type { RequestHead } from '../../src/http/request/request-head.js';
import { takesTrailers } from '../../src/http/request/takes-trailers.js';
import { top } from '../support/top.js';

const LONG = 200_000;
const TIMEOUT_MS = 20_000;
const GAP = ' '.repeat(LONG);

describe('a text that repeats itself is read once', () => {
  const toldOf = (name: string, line: string): unknown => {
    const valuesOf = (asked: string): string[] => (asked === name ? [line] : []);
    return toldBy({ valuesOf } as unknown as RequestHead, { trusts: () => false }).client;
  };

  test.each<[string, () => unknown, unknown]>([
    ['X-Forwarded-For', () => toldOf('x-forwarded-for', `a${GAP}b, 192.0.2.7`), '192.0.2.7'],
    ['Forwarded', () => toldOf('forwarded', `for=192.0.2.7${GAP},${GAP}`), '192.0.2.7'],
    ['Range', () => parseByteRange(`bytes=0-1${GAP}x,${GAP}y`, 9), 'whole'],
    ['TE', () => takesTrailers([`x${'"\\'.repeat(LONG)}`]), false],
    [
      'a coding of node:http',
      () =>
        scanHead(`HTTP/1.1 200 OK\r\nTransfer-Encoding: a${',\tb'.repeat(LONG)}\0\r\n\r\n`).chunked,
      true,
    ],
    ['a field of a reply', () => trimValue(` a${GAP}b`).length, LONG + 2],
    [
      'a field of a light Response',
      () => new LightHeaders([['a', ` a${GAP}b`]]).get('a')?.length,
      LONG + 2,
    ],
  ])(
    '%s',
    (_what, read, expected) => {
      expect(read()).toEqual(expected);
    },
    TIMEOUT_MS,
  );
});

describe('what a faulty message has around its fault is masked once', () => {
  test.each([
    ['names that are none', 'cookie'],
    ['names of one line', 'a cookie '],
    ['names that junk breaks', 'c(o(o(k(i('],
    ['names in lines', 'cookie\n'],
    ['names of other fields', 'x-cookie: a\r\n'],
    ['line ends', '(\n'],
  ])(
    '%s',
    (_what, part) => {
      expect(masked(part.repeat(LONG))).toHaveLength(part.length * LONG);
    },
    TIMEOUT_MS,
  );
});

/** The regular expressions of a file, as they are written. */
function patternsOf(path: string): string[] {
  const patterns: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) patterns.push(node.text);
    ts.forEachChild(node, visit);
  };
  const text = readFileSync(path, 'utf8');
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return patterns;
}

/** The branches of a pattern, without those within its groups. */
function branchesOf(pattern: string): string[] {
  const branches = [''];
  let depth = 0;
  for (const [part] of pattern.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|./gs)) {
    if (part === '(') depth++;
    if (part === ')') depth--;
    if (part === '|' && depth === 0) branches.push('');
    else branches[branches.length - 1] += part;
  }
  return branches;
}

/**
 * Whether a branch begins with a repetition and goes on: `/ +$/`. Where what follows it is not there, it is tried again
 * from each place of the run that the repetition has already gone through.
 */
function looksAgain(literal: string): boolean {
  const end = literal.lastIndexOf('/');
  if (literal.slice(end).includes('y')) return false;
  const repeated = /^(?:\[(?:\\.|[^\]\\])+\]|\\.|[^\\^$()[\]|])[*+]\??./;
  return branchesOf(literal.slice(1, end)).some((branch) => repeated.test(branch));
}

test('no pattern begins with a repetition behind which it fails', () => {
  expect(['/ +$/', '/^ +| +$/g', '/[ \\t]+$/', '/a*b/'].every(looksAgain)).toBe(true);
  expect(
    ['/^ +/', '/ +/g', '/ +$/y', '/:[0-9]*$/', '/"[^"]*"/', '/^(a|b*)c/'].some(looksAgain),
  ).toBe(false);
  const files = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => patternsOf(join(top, 'src', path)).filter(looksAgain));
  expect(found).toEqual([]);
});
