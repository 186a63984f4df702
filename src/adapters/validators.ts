// Whether the client has the file already: validators of a file, and the order in
// which conditions are weighed (RFC 9110 §13.2.2). Pure: fields in, a verdict out.

import {
  type EntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
} from './entity-tag.js';
import { formatHttpDate, parseHttpDate } from './http-date.js';

/** What tells one state of a file from another. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Seconds since the epoch, as Last-Modified has no finer unit. */
  readonly modifiedSeconds: number;
  /** The same as an HTTP-date. */
  readonly lastModified: string;
}

/**
 * The validators of a file of this size, changed at this time. The tag is strong
 * though no byte was looked at, as nginx's and Apache's are: a file that changes
 * twice within the file system's clock step, and keeps its size, keeps its tag.
 */
export function validatorsOf(size: bigint, modifiedNs: bigint): Validators {
  // A date that HTTP can't write (before 1970, or beyond four digits of a year) is clamped.
  const seconds = Math.min(Math.max(Number(modifiedNs / 1_000_000_000n), 0), YEAR_9999_SECONDS);
  return {
    etag: `"${size.toString(36)}-${modifiedNs.toString(36)}"`,
    modifiedSeconds: seconds,
    lastModified: formatHttpDate(seconds),
  };
}

const YEAR_9999_SECONDS = 253_402_300_799;

/** Where the fields of a request are asked for; a `Headers` fits. */
export interface FieldSource {
  get(name: string): string | null;
}

/** `perform`: answer as if there were no condition. `unchanged`: 304. `failed`: 412. */
export type Verdict = 'perform' | 'unchanged' | 'failed';

/**
 * Weighs the conditions of a GET or HEAD, in the order of RFC 9110 §13.2.2. A field that is there
 * and out of its grammar names no tag, and is no date: If-Match fails, the others are as if they were
 * not there. But a tag's field, however wrong, goes before the date's.
 *
 * @param nowSeconds seconds since the epoch
 */
export function evaluateConditions(
  fields: FieldSource,
  validators: Validators,
  nowSeconds: number,
): Verdict {
  const { modifiedSeconds } = validators;
  // Steps 1 and 2: may the method be performed at all?
  const ifMatch = fields.get('if-match');
  if (ifMatch !== null) {
    if (!matchesAny(ifMatch, validators, matchesStrongly)) return 'failed';
  } else {
    const since = dateOf(fields.get('if-unmodified-since'), nowSeconds);
    if (since !== undefined && modifiedSeconds > since) return 'failed';
  }
  // Steps 3 and 4: does the client have it? A tag outweighs a date.
  const ifNoneMatch = fields.get('if-none-match');
  if (ifNoneMatch !== null) {
    return matchesAny(ifNoneMatch, validators, matchesWeakly) ? 'unchanged' : 'perform';
  }
  const since = dateOf(fields.get('if-modified-since'), nowSeconds);
  return since !== undefined && modifiedSeconds <= since ? 'unchanged' : 'perform';
}

/**
 * Step 5: whether a Range still fits what the client has (RFC 9110 §13.1.5). Without
 * If-Range it does. A date must be the very one that was sent, not merely a later one.
 */
export function rangeStillFits(
  fields: FieldSource,
  validators: Validators,
  nowSeconds: number,
): boolean {
  const ifRange = fields.get('if-range');
  if (ifRange === null) return true;
  const tag = parseEntityTag(ifRange);
  // A weak tag never fits: its parts may differ in their bytes.
  if (tag !== undefined) return matchesStrongly(tag, tagOf(validators));
  return parseHttpDate(ifRange, nowSeconds) === validators.modifiedSeconds;
}

function dateOf(value: string | null, nowSeconds: number): number | undefined {
  return value === null ? undefined : parseHttpDate(value, nowSeconds);
}

function matchesAny(
  list: string,
  validators: Validators,
  matches: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  const tags = parseEntityTags(list);
  if (tags === undefined || tags === '*') return tags === '*';
  const own = tagOf(validators);
  return tags.some((tag) => matches(tag, own));
}

/** The tag of a file is strong. */
function tagOf({ etag }: Validators): EntityTag {
  return { weak: false, opaque: etag };
}
