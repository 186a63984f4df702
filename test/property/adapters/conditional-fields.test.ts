// The fields of a conditional request, held against the ABNF: whatever is generated, near it or of it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHttpDate, parseHttpDate } from '../../../src/adapters/http-date.js';
import { parseByteRange } from '../../../src/adapters/static-files/byte-range.js';
import {
  evaluateConditions,
  rangeStillFits,
  type Verdict,
} from '../../../src/adapters/static-files/validators.js';
import { dateOf, namesTag, rangeOf } from '../../reference/conditional.js';

const NOW = Date.UTC(2026, 10, 29, 12, 34, 56) / 1000;

const two = (max: number): fc.Arbitrary<string> =>
  fc.nat({ max }).map((n) => String(n).padStart(2, '0'));
const four = fc
  .oneof(
    fc.nat({ max: 9999 }),
    fc.integer({ min: 1968, max: 2080 }),
    fc.constantFrom(1900, 2000, 2100),
  )
  .map((n) => String(n).padStart(4, '0'));
const short = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun');
const long = fc.constantFrom(
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
);
const month = fc.oneof(
  { weight: 2, arbitrary: fc.constant('Feb') },
  { weight: 5, arbitrary: fc.constantFrom('Jan', 'Mar', 'Apr', 'Jun', 'Nov', 'Dec') },
);
const time = fc.tuple(two(24), two(60), two(61)).map((parts) => parts.join(':'));
const day = fc.oneof(two(32), fc.constantFrom('28', '29', '30', '31'));
const texts = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((all) => all.join(''));

/** Of one of the three forms; the numbers may be too large. */
const dates = fc.oneof(
  texts(short, ', ', day, ' ', month, ' ', four, ' ', time, ' GMT'),
  texts(long, ', ', day, '-', month, '-', two(99), ' ', time, ' GMT'),
  texts(
    short,
    ' ',
    month,
    ' ',
    fc.oneof(
      day,
      day.map((d) => d.replace(/^0/, ' ')),
    ),
    ' ',
    time,
    ' ',
    four,
  ),
);

/** A text with up to two characters taken, changed or put in. */
function near(text: fc.Arbitrary<string>, units: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 1 }), fc.constantFrom('', ...units));
  return fc
    .tuple(text, fc.array(change, { maxLength: 2 }))
    .map(([whole, changes]) =>
      changes.reduce((t, [at, cut, put]) => t.slice(0, at) + put + t.slice(at + cut), whole),
    );
}

// Law: a text is the date that the grammar and the calendar say, or none.
test('dates are read as the ABNF has them', () => {
  let valid = 0;
  fc.assert(
    fc.property(
      near(dates, ' ,:-0129GMTaW'),
      fc.constantFrom(NOW, 0, 4_000_000_000),
      (text, now) => {
        const expected = dateOf(text, now);
        expect(parseHttpDate(text, now)).toBe(expected);
        if (expected !== undefined) valid++;
      },
    ),
    { numRuns: 5000 },
  );
  expect(valid).toBeGreaterThan(1000);
});

// Law: what is written is read, in every second that HTTP can write.
test('a date that was written is read as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      expect(parseHttpDate(formatHttpDate(seconds), NOW)).toBe(seconds);
    }),
  );
});

const ETAG = '"a,b"';
const FILE = {
  etag: ETAG,
  modifiedSeconds: 784_111_777,
  lastModified: formatHttpDate(784_111_777),
};
const tagLists = fc
  .array(
    fc.constantFrom(
      ETAG,
      `W/${ETAG}`,
      '"x"',
      'W/"y"',
      '""',
      '"\xe4"',
      '',
      ',',
      ', ',
      ' ,\t',
      ',,',
      '*',
    ),
    { maxLength: 6 },
  )
  .map((all) => all.join(''));
const separated = fc
  .array(fc.constantFrom(ETAG, `W/${ETAG}`, '"x"', 'W/"y"', '""', ''), { maxLength: 4 })
  .chain((tags) => fc.constantFrom(',', ', ', ' , ', '\t,').map((comma) => tags.join(comma)));
const tagFields = near(fc.oneof(tagLists, separated), '", W/w*a\x7f\xe4');

function verdictOf(name: string, value: string): Verdict {
  // Not `Headers`, which would trim: the value as it came.
  return evaluateConditions({ get: (asked) => (asked === name ? value : null) }, FILE, NOW);
}

// Law: If-None-Match and If-Match find a tag where the field is of the grammar and names it, and nowhere else.
test('lists of entity tags are read as the ABNF has them', () => {
  let found = 0;
  fc.assert(
    fc.property(tagFields, (text) => {
      const weakly = namesTag(text, ETAG, true);
      expect(verdictOf('if-none-match', text)).toBe(weakly ? 'unchanged' : 'perform');
      expect(verdictOf('if-match', text)).toBe(namesTag(text, ETAG, false) ? 'perform' : 'failed');
      if (weakly) found++;
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(500);
});

// Law: If-Range fits for the strong tag alone, and for the very date in any of its forms.
test('If-Range is one tag or one date', () => {
  const values = fc.oneof(
    tagFields,
    near(
      fc.constantFrom(
        FILE.lastModified,
        'Sunday, 06-Nov-94 08:49:37 GMT',
        'Sun Nov  6 08:49:37 1994',
      ),
      ' 78',
    ),
  );
  fc.assert(
    fc.property(values, (text) => {
      const fits = text === ETAG || dateOf(text, NOW) === FILE.modifiedSeconds;
      expect(rangeStillFits({ get: () => text }, FILE, NOW)).toBe(fits);
    }),
    { numRuns: 2000 },
  );
});

// Law: a date's field decides by the date that the ABNF sees in it, and is not there where it sees none.
test('If-Modified-Since and If-Unmodified-Since are one date', () => {
  const values = near(fc.oneof(dates, fc.constantFrom(FILE.lastModified)), ' ,0GMT');
  fc.assert(
    fc.property(values, (text) => {
      const since = dateOf(text, NOW);
      const unchanged = since !== undefined && FILE.modifiedSeconds <= since;
      const failed = since !== undefined && FILE.modifiedSeconds > since;
      expect(verdictOf('if-modified-since', text)).toBe(unchanged ? 'unchanged' : 'perform');
      expect(verdictOf('if-unmodified-since', text)).toBe(failed ? 'failed' : 'perform');
    }),
    { numRuns: 2000 },
  );
});

const positions = fc.constantFrom('', '0', '00', '5', '9', '10', '11', '99999999999999999999');
const specs = fc.tuple(positions, positions).map(([first, last]) => `${first}-${last}`);
const ranges = fc
  .array(fc.oneof(specs, specs, fc.constantFrom('', ' ', '\t')), { minLength: 1, maxLength: 3 })
  .chain((all) => fc.constantFrom(',', ' , ', ', ').map((comma) => `bytes=${all.join(comma)}`));

// Law: one range that the ABNF sees is served, or is outside; all else is the whole.
test('a Range is read as the ABNF has it', () => {
  let parts = 0;
  fc.assert(
    fc.property(near(ranges, ' ,-=0+BY'), fc.constantFrom(0, 1, 10), (text, size) => {
      const expected = rangeOf(text, size);
      expect(parseByteRange(text, size)).toEqual(expected);
      if (typeof expected !== 'string') parts++;
    }),
    { numRuns: 5000 },
  );
  expect(parts).toBeGreaterThan(100);
});
