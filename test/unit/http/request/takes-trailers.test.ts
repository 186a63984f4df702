import { expect, test } from 'vitest';
import { takesTrailers } from '../../../../src/http/request/takes-trailers.js';

test.each<readonly string[]>([
  ['trailers'],
  ['Trailers'],
  ['gzip, trailers'],
  ['trailers,gzip;q=0.5'],
  [' ,\ttrailers\t, '],
  ['gzip', 'trailers'],
  ['a;b="c, d", trailers'],
  ['a;b="\\"", trailers'],
])('who says %j, %j takes trailers', (...lines) => {
  expect(takesTrailers(lines.filter((line) => line !== undefined))).toBe(true);
});

test.each<readonly string[]>([
  [],
  [''],
  ['gzip'],
  ['trailer'],
  ['xtrailers'],
  ['trailers-x'],
  ['trailers gzip'],
  // The keyword has no weight: this is a transfer coding.
  ['trailers;q=0'],
  ['trailers;q=1'],
  ['a;b=trailers'],
  ['a;b="c, trailers"'],
  ['a;b="\\", trailers"'],
  ['a;b="c, trailers'],
  ['a;b="c, trailers, "d"'],
  ['"trailers"'],
])('who says %j does not', (...lines) => {
  expect(takesTrailers(lines.filter((line) => line !== undefined))).toBe(false);
});
