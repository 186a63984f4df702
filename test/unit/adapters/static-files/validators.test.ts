import { describe, expect, test } from 'vitest';
import { formatHttpDate, parseHttpDate } from '../../../../src/adapters/http-date.js';
import {
  evaluateConditions,
  rangeStillFits,
  validatorsOf,
} from '../../../../src/adapters/static-files/validators.js';

const NOV_1994 = 784_111_777;
const NOW = Date.UTC(2026, 10, 29) / 1000;
const ETAG = '"rs-5tvs"';
const FILE = {
  etag: ETAG,
  modifiedSeconds: NOV_1994,
  lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT',
};
const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT';
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT';

const verdict = (fields: Record<string, string>) =>
  evaluateConditions(new Headers(fields), FILE, NOW);

describe('validatorsOf', () => {
  test('differ when the size or the time differs by the least', () => {
    const tags = [
      validatorsOf(100n, 5_000_000_000n),
      validatorsOf(101n, 5_000_000_000n),
      validatorsOf(100n, 5_000_000_001n),
    ].map((validators) => validators.etag);
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
  });

  test('say the time in whole seconds', () => {
    const validators = validatorsOf(1n, BigInt(NOV_1994) * 1_000_000_000n + 999_999_999n);
    expect(validators.modifiedSeconds).toBe(NOV_1994);
    expect(validators.lastModified).toBe(FILE.lastModified);
  });

  test('clamp a time that HTTP cannot write', () => {
    expect(validatorsOf(1n, -1_500_000_000n).lastModified).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
    expect(validatorsOf(1n, 10n ** 30n).lastModified).toBe('Fri, 31 Dec 9999 23:59:59 GMT');
  });
});

describe('RFC 9110 §13.1: conditions', () => {
  test('without a condition the method is performed', () => {
    expect(verdict({})).toBe('perform');
  });

  test.each([
    ['the tag', ETAG],
    ['the tag, weak', `W/${ETAG}`],
    ['a list with the tag', `"a", W/"b" ,${ETAG}`],
    ['a list with a comma in a tag', `"a,b", ${ETAG}`],
    ['a list with empty members', `,"a",, \t, ${ETAG},`],
    ['an asterisk', ' * '],
  ])('§13.1.2: If-None-Match with %s gives unchanged', (_, value) => {
    expect(verdict({ 'If-None-Match': value })).toBe('unchanged');
  });

  test.each([
    ['another tag', '"a"'],
    ['the tag without quotes', 'rs-5tvs'],
    ['the tag inside another', '"rs-5tvs-x"'],
    ['nothing', ''],
    ['two tags without a comma', `"a" ${ETAG}`],
    ['the tag before what is none', `${ETAG}, x`],
    ['a small w', `w/${ETAG}`],
    ['an asterisk in a list', `*, "a"`],
    ['a quote that does not end', `${ETAG}, "a`],
    ['a blank within quotes', `"a b", ${ETAG}`],
  ])('§13.1.2: If-None-Match with %s performs', (_, value) => {
    expect(verdict({ 'If-None-Match': value })).toBe('perform');
  });

  test('§13.1.3: If-Modified-Since with the same or a later date gives unchanged', () => {
    expect(verdict({ 'If-Modified-Since': EARLIER })).toBe('perform');
    expect(verdict({ 'If-Modified-Since': FILE.lastModified })).toBe('unchanged');
    expect(verdict({ 'If-Modified-Since': LATER })).toBe('unchanged');
  });

  test('§13.1.3: If-Modified-Since is ignored where it is no date, or beside If-None-Match', () => {
    expect(verdict({ 'If-Modified-Since': '1994-11-06T08:49:38Z' })).toBe('perform');
    expect(verdict({ 'If-Modified-Since': LATER, 'If-None-Match': '"a"' })).toBe('perform');
  });

  test.each(['Sun, 30 Feb 2025 10:00:00 GMT', 'Sun, 06 Nov 2025 24:00:00 GMT'])(
    '§13.1.3: %s is no date, and ignored',
    (value) => {
      expect(verdict({ 'If-Modified-Since': value })).toBe('perform');
      expect(verdict({ 'If-Unmodified-Since': value.replace('2025', '1993') })).toBe('perform');
    },
  );

  test('§13.1.3: second 60 is the first of the next minute', () => {
    const file = { ...FILE, modifiedSeconds: Date.UTC(2017, 0, 1) / 1000 };
    const since = new Headers({ 'If-Modified-Since': 'Sat, 31 Dec 2016 23:59:60 GMT' });
    expect(evaluateConditions(since, file, NOW)).toBe('unchanged');
    const unmodified = new Headers({ 'If-Unmodified-Since': 'Sat, 31 Dec 2016 23:59:60 GMT' });
    expect(evaluateConditions(unmodified, file, NOW)).toBe('perform');
  });

  test('§13.1.1: If-Match compares strongly', () => {
    expect(verdict({ 'If-Match': ETAG })).toBe('perform');
    expect(verdict({ 'If-Match': '*' })).toBe('perform');
    expect(verdict({ 'If-Match': `W/${ETAG}` })).toBe('failed');
    expect(verdict({ 'If-Match': '"a"' })).toBe('failed');
    expect(verdict({ 'If-Match': `w/${ETAG}` })).toBe('failed');
    expect(verdict({ 'If-Match': `"a" ${ETAG}` })).toBe('failed');
    expect(verdict({ 'If-Match': `"a",,${ETAG}` })).toBe('perform');
  });

  test('§13.1.4: If-Unmodified-Since fails with an earlier date, but not beside If-Match', () => {
    expect(verdict({ 'If-Unmodified-Since': EARLIER })).toBe('failed');
    expect(verdict({ 'If-Unmodified-Since': FILE.lastModified })).toBe('perform');
    expect(verdict({ 'If-Unmodified-Since': 'yesterday' })).toBe('perform');
    expect(verdict({ 'If-Unmodified-Since': EARLIER, 'If-Match': ETAG })).toBe('perform');
  });

  test.each([
    ['no condition', undefined, true],
    ['the tag', ETAG, true],
    ['the tag, weak', `W/${ETAG}`, false],
    ['another tag', '"a"', false],
    ['the date', FILE.lastModified, true],
    ['an earlier date', EARLIER, false],
    ['a later date', LATER, false],
    ['nonsense', 'x', false],
  ])('§13.1.5: If-Range with %s', (_, value, fits) => {
    const fields = new Headers(value === undefined ? {} : { 'If-Range': value });
    expect(rangeStillFits(fields, FILE, NOW)).toBe(fits);
  });
});

describe('RFC 9110 §5.6.7: dates', () => {
  test.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('reads %s', (text) => {
    expect(parseHttpDate(text, NOW)).toBe(NOV_1994);
  });

  test.each([
    '',
    '784111777',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 06 Nov 1994 08:49:37',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Sun, 30 Feb 2024 08:49:37 GMT',
    'Sun, 29 Feb 2023 08:49:37 GMT',
    'Sun, 29 Feb 2100 08:49:37 GMT',
    'Sunday, 30-Feb-94 08:49:37 GMT',
    'Sun Feb 30 08:49:37 1994',
    'Sun Nov 06 08:49:37 1994 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Son, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ])('takes %j for no date', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  test.each([
    ['Saturday, 28-Nov-76 00:00:00 GMT', 2076],
    ['Sunday, 29-Nov-76 00:00:00 GMT', 2076],
    ['Sunday, 29-Nov-76 00:00:01 GMT', 1976],
    ['Monday, 30-Nov-76 00:00:00 GMT', 1976],
    ['Friday, 01-Jan-77 00:00:00 GMT', 1977],
    ['Saturday, 01-Jan-00 00:00:00 GMT', 2000],
    ['Saturday, 01-Jan-60 00:00:00 GMT', 2060],
  ])('%s, more than 50 years ahead or not, is of %i', (text, year) => {
    const seconds = parseHttpDate(text, NOW) ?? Number.NaN;
    expect(new Date(seconds * 1000).getUTCFullYear()).toBe(year);
  });

  test('the day is counted over leap years and before the epoch', () => {
    const at = (text: string): number => (parseHttpDate(text, NOW) ?? Number.NaN) * 1000;
    expect(at('Thu, 29 Feb 2024 23:59:60 GMT')).toBe(Date.UTC(2024, 2, 1));
    expect(at('Tue, 29 Feb 2000 00:00:00 GMT')).toBe(Date.UTC(2000, 1, 29));
    expect(at('Wed, 31 Dec 1969 23:59:59 GMT')).toBe(-1000);
    expect(at('Sat, 01 Jan 0000 00:00:00 GMT')).toBe(-62_167_219_200_000);
  });

  test('writes what it reads', () => {
    expect(formatHttpDate(NOV_1994)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });
});
