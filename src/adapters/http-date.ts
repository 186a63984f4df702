// The dates of HTTP (RFC 9110 §5.6.7), in whole seconds. A text in none of the three forms is no
// date. A day that does not exist is no date either. The caller must ignore such a text (§13.1.3).

/** IMF-fixdate, the only form that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString();
}

/**
 * Seconds since the epoch, or undefined if `value` is no HTTP-date. The name of the day must exist.
 * No rule of HTTP requires that it is the right day.
 *
 * @param nowSeconds seconds since the epoch, for the century of a two-digit year
 */
export function parseHttpDate(value: string, nowSeconds: number): number | undefined {
  const imf = IMF_FIXDATE.exec(value);
  if (imf !== null) return secondsOf(Number(imf[3]), imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = ASCTIME_DATE.exec(value);
  if (asctime !== null) {
    const [, month, day, hour, minute, second, year] = asctime;
    return secondsOf(Number(year), month, day, hour, minute, second);
  }
  const rfc850 = RFC850_DATE.exec(value);
  if (rfc850 === null) return undefined;
  const [, day, month, digits, hour, minute, second] = rfc850;
  const at = (year: number): number | undefined =>
    secondsOf(year, month, day, hour, minute, second);
  // The last year with these digits that is at most 50 years ahead (RFC 9110 §5.6.7). In the
  // fiftieth year, the second decides.
  const farthest = new Date(nowSeconds * 1000);
  farthest.setUTCFullYear(farthest.getUTCFullYear() + 50);
  const farthestYear = farthest.getUTCFullYear();
  const year = farthestYear - ((farthestYear - Number(digits)) % 100);
  const seconds = at(year);
  return seconds !== undefined && seconds * 1000 > farthest.getTime() ? at(year - 100) : seconds;
}

const DAY = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const LONG_DAY = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;

const IMF_FIXDATE = new RegExp(`^(?:${DAY}), (\\d\\d) (${MONTHS}) (\\d{4}) ${TIME} GMT$`);
// Two obsolete forms that a recipient must still accept.
const RFC850_DATE = new RegExp(`^(?:${LONG_DAY}), (\\d\\d)-(${MONTHS})-(\\d\\d) ${TIME} GMT$`);
const ASCTIME_DATE = new RegExp(`^(?:${DAY}) (${MONTHS}) (\\d\\d| \\d) ${TIME} (\\d{4})$`);

const MONTH_NAMES: readonly string[] = MONTHS.split('|');
const DAY_SECONDS = 86_400;

type Digits = string | undefined;

function secondsOf(
  year: number,
  monthName: Digits,
  dayText: Digits,
  hourText: Digits,
  minuteText: Digits,
  secondText: Digits,
): number | undefined {
  const month = MONTH_NAMES.indexOf(monthName ?? '') + 1;
  const day = Number(dayText);
  const hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText);
  if (day < 1 || day > daysIn(year, month)) return undefined;
  // Second 60 is a leap second. In a count without leap seconds, it is the first second of the next
  // minute.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return daysBefore(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * Days since 1 January 1970. The year is counted from March, so that a leap day is its last day.
 */
function daysBefore(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  return (
    y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
  );
}
