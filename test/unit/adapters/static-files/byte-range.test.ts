import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planAnswer } from '../../../../src/adapters/static-files/answer-plan.js';
import { parseByteRange } from '../../../../src/adapters/static-files/byte-range.js';

describe('RFC 9110 §14.1.2: byte ranges', () => {
  test.each([
    ['bytes=0-0', { start: 0, length: 1 }],
    ['bytes=0-99', { start: 0, length: 100 }],
    ['bytes=10-19', { start: 10, length: 10 }],
    ['bytes=99-', { start: 99, length: 1 }],
    ['bytes=90-1000', { start: 90, length: 10 }],
    ['bytes=-1', { start: 99, length: 1 }],
    ['bytes=-1000', { start: 0, length: 100 }],
    ['BYTES=0-0', { start: 0, length: 1 }],
    ['bytes=,0-0 ,\t,', { start: 0, length: 1 }],
    ['bytes=0-99999999999999999999999', { start: 0, length: 100 }],
  ])('%s is a part of a hundred bytes', (field, expected) => {
    expect(parseByteRange(field, 100)).toEqual(expected);
  });

  test.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=+1-2',
    'bytes=1.5-2',
    'bytes=0-1,3-4',
    'bytes= 0-0',
    'bytes=0-0 ',
    'bytes=0 -0',
    'bytes =0-0',
    'bytes=0-1 3-4',
    'bytes=,',
    'bytes=0-1,x',
    'bytes=99999999999999999999-99999999999999999998',
    'lines=0-1',
  ])('%j is ignored', (field) => {
    expect(parseByteRange(field, 100)).toBe('whole');
  });

  test.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s lies outside of a hundred bytes',
    (field) => {
      expect(parseByteRange(field, 100)).toBe('unsatisfiable');
    },
  );

  test('an empty file has no range', () => {
    expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable');
  });

  test('a part lies within the file and is not empty', () => {
    // Law: whatever numbers are asked for, 0 ≤ start < start + length ≤ size.
    fc.assert(
      fc.property(
        fc.option(fc.nat(), { nil: '' }),
        fc.option(fc.nat(), { nil: '' }),
        fc.nat(),
        (first, last, size) => {
          const range = parseByteRange(`bytes=${first}-${last}`, size);
          if (typeof range === 'string') return;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.length).toBeGreaterThan(0);
          expect(range.start + range.length).toBeLessThanOrEqual(size);
        },
      ),
    );
  });
});

describe('planAnswer', () => {
  const file = { etag: '"e"', modifiedSeconds: 0, lastModified: 'Thu, 01 Jan 1970 00:00:00 GMT' };
  const plan = (method: string, fields: Record<string, string>) =>
    planAnswer(method, new Headers(fields), 100, file, Date.UTC(2026, 0));

  test('sends the whole file', () => {
    expect(plan('GET', {})).toEqual({
      status: 200,
      start: 0,
      length: 100,
      contentRange: undefined,
    });
  });

  test('sends a part, and says which', () => {
    expect(plan('GET', { Range: 'bytes=-10' })).toEqual({
      status: 206,
      start: 90,
      length: 10,
      contentRange: 'bytes 90-99/100',
    });
  });

  test('says how long the file is where it has no such part', () => {
    expect(plan('GET', { Range: 'bytes=100-' })).toMatchObject({
      status: 416,
      contentRange: 'bytes */100',
    });
  });

  test('§14.2: ignores Range but for GET', () => {
    expect(plan('HEAD', { Range: 'bytes=0-0' })).toMatchObject({ status: 200, length: 100 });
  });

  test('§13.2.2: weighs conditions before the range', () => {
    expect(plan('GET', { Range: 'bytes=0-0', 'If-None-Match': '"e"' }).status).toBe(304);
    expect(plan('GET', { Range: 'bytes=0-0', 'If-Match': '"f"' }).status).toBe(412);
    expect(plan('GET', { Range: 'bytes=100-', 'If-Range': '"f"' }).status).toBe(200);
  });
});
