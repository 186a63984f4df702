// RFC 9110 §5.6.7, §8.8.3, §13.1 and §14: the fields that make a GET conditional or ask for a part, as
// the ABNF has them. What a date or a range means is read from a text that has matched.

import type { Rule } from './abnf.js';
import {
  any,
  DIGIT,
  DQUOTE,
  either,
  exactly,
  literal,
  matches,
  optional,
  range,
  repeat,
  rule,
  SP,
  sequence,
  some,
} from './abnf.js';
import { list } from './fields.js';

const names = (...all: readonly string[]): Rule => either(...all.map(exactly));
const digits = (count: number): Rule => repeat(count, count, DIGIT);

/** day-name = %s"Mon" / … */
export const dayName: Rule = rule(
  'day-name',
  names('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'),
);

/** day-name-l = %s"Monday" / … */
export const dayNameLong: Rule = rule(
  'day-name-l',
  names('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'),
);

const MONTHS: readonly string[] = [
  ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'],
  ...['Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
];

/** month = %s"Jan" / … */
export const month: Rule = rule('month', names(...MONTHS));

/** time-of-day = hour ":" minute ":" second, of two digits each */
export const timeOfDay: Rule = rule(
  'time-of-day',
  sequence(digits(2), exactly(':'), digits(2), exactly(':'), digits(2)),
);

/** IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT; date1 = day SP month SP year */
export const IMFfixdate: Rule = rule(
  'IMF-fixdate',
  sequence(
    ...[dayName, exactly(','), SP, digits(2), SP, month, SP, digits(4)],
    ...[SP, timeOfDay, SP, exactly('GMT')],
  ),
);

/** rfc850-date = day-name-l "," SP date2 SP time-of-day SP GMT; date2 = day "-" month "-" 2DIGIT */
export const rfc850Date: Rule = rule(
  'rfc850-date',
  sequence(
    ...[dayNameLong, exactly(','), SP, digits(2), exactly('-'), month, exactly('-'), digits(2)],
    ...[SP, timeOfDay, SP, exactly('GMT')],
  ),
);

/** asctime-date = day-name SP date3 SP time-of-day SP year; date3 = month SP ( 2DIGIT / ( SP 1DIGIT ) ) */
export const asctimeDate: Rule = rule(
  'asctime-date',
  sequence(
    ...[dayName, SP, month, SP, either(digits(2), sequence(SP, digits(1)))],
    ...[SP, timeOfDay, SP, digits(4)],
  ),
);

/** HTTP-date = IMF-fixdate / obs-date; obs-date = rfc850-date / asctime-date */
export const HTTPdate: Rule = rule('HTTP-date', either(IMFfixdate, rfc850Date, asctimeDate));

/** Seconds since the epoch; undefined for what is no HTTP-date, or no moment that there is. */
export function dateOf(text: string, nowSeconds: number): number | undefined {
  if (!matches(HTTPdate, text)) return undefined;
  const [hour = 0, minute = 0, second = 0] = (/\d\d:\d\d:\d\d/.exec(text)?.[0] ?? '')
    .split(':')
    .map(Number);
  const rest = text.replace(/\d\d:\d\d:\d\d/, '');
  const name = MONTHS.findIndex((one) => new RegExp(`[ -]${one}[ -]`).test(rest));
  const numbers = (rest.match(/\d+/g) ?? []).map(Number);
  const [day = 0, year = 0] = numbers;
  if (second > 60) return undefined;
  const at = (fullYear: number): number | undefined => {
    const date = new Date(0);
    date.setUTCFullYear(fullYear, name, day);
    date.setUTCHours(hour, minute, Math.min(second, 59));
    const same =
      date.getUTCFullYear() === fullYear &&
      date.getUTCMonth() === name &&
      date.getUTCDate() === day &&
      date.getUTCHours() === hour &&
      date.getUTCMinutes() === minute;
    return same ? date.getTime() / 1000 + (second === 60 ? 1 : 0) : undefined;
  };
  if (!matches(rfc850Date, text)) return at(year);
  // Years from the far future to the past: the first that is not more than 50 years ahead.
  const fiftyAhead = new Date(nowSeconds * 1000);
  fiftyAhead.setUTCFullYear(fiftyAhead.getUTCFullYear() + 50);
  for (let century = 100; century > 0; century -= 1) {
    const full = century * 100 + year;
    if (full > fiftyAhead.getUTCFullYear()) continue;
    const seconds = at(full);
    if (seconds === undefined || seconds * 1000 <= fiftyAhead.getTime()) return seconds;
  }
  return undefined;
}

/** etagc = %x21 / %x23-7E / obs-text */
export const etagc: Rule = rule(
  'etagc',
  either(range(0x21, 0x21), range(0x23, 0x7e), range(0x80, 0xff)),
);

/** opaque-tag = DQUOTE *etagc DQUOTE */
export const opaqueTag: Rule = rule('opaque-tag', sequence(DQUOTE, any(etagc), DQUOTE));

/** entity-tag = [ weak ] opaque-tag; weak = %s"W/" */
export const entityTag: Rule = rule('entity-tag', sequence(optional(exactly('W/')), opaqueTag));

/** If-Match = "*" / #entity-tag, and If-None-Match alike */
export const entityTags: Rule = rule('If-Match', either(exactly('*'), list(entityTag)));

/** Whether a field is of the grammar and names this strong tag, which is free of quotes and commas within. */
export function namesTag(text: string, etag: string, weakly: boolean): boolean {
  if (!matches(entityTags, text)) return false;
  if (text === '*') return true;
  // Within its quotes a tag has no blank and no quote, so a quote opens and closes in turn.
  const tags = text.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag === etag || (weakly && tag === `W/${etag}`));
}

const range1: Rule = either(
  sequence(some(DIGIT), exactly('-'), optional(some(DIGIT))),
  sequence(exactly('-'), some(DIGIT)),
);

/** range-set = 1#range-spec of int-range and suffix-range, read as a recipient has to */
export const byteRanges: Rule = rule(
  'bytes ranges-specifier',
  sequence(literal('bytes'), exactly('='), list(range1)),
);

/** What a Range of one range asks for: see `parseByteRange`. */
export function rangeOf(
  text: string,
  size: number,
): { start: number; length: number } | 'whole' | 'unsatisfiable' {
  if (!matches(byteRanges, text)) return 'whole';
  const specs = text.slice('bytes='.length).match(/[0-9-]+/g) ?? [];
  const [spec = ''] = specs;
  if (specs.length !== 1) return 'whole';
  const [first = '', last = ''] = spec.split('-');
  const bytes = Array.from({ length: size }, (_, i) => BigInt(i));
  const wanted =
    first === ''
      ? bytes.filter((i) => i >= BigInt(size) - BigInt(last))
      : bytes.filter((i) => i >= BigInt(first) && (last === '' || i <= BigInt(last)));
  if (first !== '' && last !== '' && BigInt(last) < BigInt(first)) return 'whole';
  const start = wanted[0];
  return start === undefined ? 'unsatisfiable' : { start: Number(start), length: wanted.length };
}
