// Which errors are worth a warning.

import { expect, test } from 'vitest';
import { ErrorKinds } from '../../../../src/conn/watch/error-kinds.js';

test('the first of a kind, the tenth and the hundredth', () => {
  const kinds = new ErrorKinds();
  const counts = Array.from({ length: 100 }, () => kinds.count(new TypeError('x')));
  expect(counts.filter((count) => count !== 0)).toEqual([1, 10, 100]);
});

test('kinds are told apart by class and code, and by type where it is no error', () => {
  const kinds = new ErrorKinds();
  const coded = (code: string): Error => Object.assign(new Error('x'), { code });
  const errors = [new Error('x'), new RangeError('x'), coded('A'), coded('B'), 'text', 7];
  expect(errors.map((error) => kinds.count(error))).toEqual([1, 1, 1, 1, 1, 1]);
  expect(errors.map((error) => kinds.count(error))).toEqual([0, 0, 0, 0, 0, 0]);
});

test('beyond 64 kinds the others are counted together, the known ones go on', () => {
  const kinds = new ErrorKinds();
  const coded = (code: number): Error => Object.assign(new Error('x'), { code });
  for (let i = 0; i < 64; i++) expect(kinds.count(coded(i))).toBe(1);
  expect(kinds.count(coded(64))).toBe(1);
  expect(kinds.count(coded(65))).toBe(0);
  for (let i = 0; i < 8; i++) kinds.count(coded(0));
  expect(kinds.count(coded(0))).toBe(10);
});

test('a code that is a symbol tells kinds apart, too', () => {
  const kinds = new ErrorKinds();
  const coded = (code: unknown): Error => Object.assign(new Error('x'), { code });
  const counts = [coded(Symbol('a')), coded(Symbol('b')), coded(Symbol('a'))].map((error) =>
    kinds.count(error),
  );
  expect(counts).toEqual([1, 1, 0]);
});
