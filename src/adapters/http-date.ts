// Dates as HTTP writes them (RFC 9110 §5.6.7). Whole seconds; a date that is in
// none of the three forms is no date, and whoever asked must ignore it.

/** IMF-fixdate, the one form that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString();
}

/** Seconds since the epoch, or undefined where `value` is no HTTP-date. */
export function parseHttpDate(value: string): number | undefined {
  let ms: number;
  if (IMF_FIXDATE.test(value) || RFC850_DATE.test(value)) ms = Date.parse(value);
  else if (ASCTIME_DATE.test(value)) ms = Date.parse(`${value} GMT`);
  else return undefined;
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

// Two obsolete forms that a recipient must still accept. Two digits of a year are read
// as V8 reads them (50 to 99 are the last century), which needs no clock; the rule of
// RFC 9110 (at most 50 years ahead) would give the same until 2050 has come near.
const RFC850_DATE =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d \d\d:\d\d:\d\d GMT$/;

const ASCTIME_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4}$/;
