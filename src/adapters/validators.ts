// Whether the client has the file already: validators of a file, and the order in
// which conditions are weighed (RFC 9110 §13.2.2). Pure: fields in, a verdict out.

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

/** Weighs the conditions of a GET or HEAD, in the order of RFC 9110 §13.2.2. */
export function evaluateConditions(fields: FieldSource, validators: Validators): Verdict {
  // Steps 1 and 2: may the method be performed at all?
  const ifMatch = fields.get('if-match');
  if (ifMatch !== null) {
    if (!matchesAny(ifMatch, validators.etag, 'strong')) return 'failed';
  } else {
    const since = dateOf(fields.get('if-unmodified-since'));
    if (since !== undefined && validators.modifiedSeconds > since) return 'failed';
  }
  // Steps 3 and 4: does the client have it? A tag outweighs a date.
  const ifNoneMatch = fields.get('if-none-match');
  if (ifNoneMatch !== null) {
    return matchesAny(ifNoneMatch, validators.etag, 'weak') ? 'unchanged' : 'perform';
  }
  const since = dateOf(fields.get('if-modified-since'));
  return since !== undefined && validators.modifiedSeconds <= since ? 'unchanged' : 'perform';
}

/**
 * Step 5: whether a Range still fits what the client has (RFC 9110 §13.1.5). Without
 * If-Range it does. A date must be the very one that was sent, not merely a later one.
 */
export function rangeStillFits(fields: FieldSource, validators: Validators): boolean {
  const ifRange = fields.get('if-range');
  if (ifRange === null) return true;
  if (ifRange.startsWith('"')) return ifRange === validators.etag;
  // A weak tag never fits: its parts may differ in their bytes. It is no date either.
  return dateOf(ifRange) === validators.modifiedSeconds;
}

function dateOf(value: string | null): number | undefined {
  return value === null ? undefined : parseHttpDate(value);
}

/** An entity tag, weak or strong (RFC 9110 §8.8.3). Commas may stand inside its quotes. */
const ENTITY_TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

function matchesAny(list: string, etag: string, comparison: 'weak' | 'strong'): boolean {
  if (list.trim() === '*') return true;
  for (const [, weak, tag] of list.matchAll(ENTITY_TAG)) {
    if (tag === etag && (weak === undefined || comparison === 'weak')) return true;
  }
  return false;
}
