// Decides whether the client already has the file: the validators of a file, and the order of the
// conditions (RFC 9110 §13.2.2). Pure: fields in, a verdict out.

import { formatHttpDate, parseHttpDate } from '../http-date.js';
import {
  type EntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
} from './entity-tag.js';

/** The values that identify one state of a file. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Seconds since the epoch: Last-Modified has no finer unit. */
  readonly modifiedSeconds: number;
  /** `modifiedSeconds` as an HTTP-date. */
  readonly lastModified: string;
}

/**
 * The validators of a file with this size and this time. The tag is strong, although no byte was
 * read, as in nginx and Apache. A file that changes twice within one step of the file system's
 * clock, and keeps its size, keeps its tag.
 */
export function validatorsOf(size: bigint, modifiedNs: bigint): Validators {
  // A date that HTTP can't write (before 1970, or after the year 9999) is moved to the nearest one
  // that it can write.
  const seconds = Math.min(Math.max(Number(modifiedNs / 1_000_000_000n), 0), YEAR_9999_SECONDS);
  return {
    etag: `"${size.toString(36)}-${modifiedNs.toString(36)}"`,
    modifiedSeconds: seconds,
    lastModified: formatHttpDate(seconds),
  };
}

const YEAR_9999_SECONDS = 253_402_300_799;

/** The fields of a request; a `Headers` fits. */
export interface FieldSource {
  get(name: string): string | null;
}

/** `perform`: answer as if there were no condition. `unchanged`: 304. `failed`: 412. */
export type Verdict = 'perform' | 'unchanged' | 'failed';

/**
 * Decides the conditions of a GET or HEAD, in the order of RFC 9110 §13.2.2. A field outside of its
 * grammar names no tag and no date: If-Match then fails, and other fields are ignored. But a field
 * with tags, even a wrong one, is used before the field with a date.
 *
 * @param nowSeconds seconds since the epoch
 */
export function evaluateConditions(
  fields: FieldSource,
  validators: Validators,
  nowSeconds: number,
): Verdict {
  const { modifiedSeconds } = validators;
  // Steps 1 and 2: may the method be performed?
  const ifMatch = fields.get('if-match');
  if (ifMatch !== null) {
    if (!matchesAny(ifMatch, validators, matchesStrongly)) return 'failed';
  } else {
    const since = dateOf(fields.get('if-unmodified-since'), nowSeconds);
    if (since !== undefined && modifiedSeconds > since) return 'failed';
  }
  // Steps 3 and 4: does the client have this state? A tag is used before a date.
  const ifNoneMatch = fields.get('if-none-match');
  if (ifNoneMatch !== null) {
    return matchesAny(ifNoneMatch, validators, matchesWeakly) ? 'unchanged' : 'perform';
  }
  const since = dateOf(fields.get('if-modified-since'), nowSeconds);
  return since !== undefined && modifiedSeconds <= since ? 'unchanged' : 'perform';
}

/**
 * Step 5: true if a Range fits the state that the client has (RFC 9110 §13.1.5). Without If-Range,
 * it fits. A date must be exactly the date that was sent, not only a later one.
 */
export function rangeStillFits(
  fields: FieldSource,
  validators: Validators,
  nowSeconds: number,
): boolean {
  const ifRange = fields.get('if-range');
  if (ifRange === null) return true;
  const tag = parseEntityTag(ifRange);
  // A weak tag never fits: the parts may have different bytes.
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

/** The tag of a file is always strong. */
function tagOf({ etag }: Validators): EntityTag {
  return { weak: false, opaque: etag };
}
