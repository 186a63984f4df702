// Reads a Range field (RFC 9110 §14) by its grammar. One range is served. Several ranges are
// answered with the whole file, as the RFC allows. A multipart answer of many small, overlapping
// ranges costs the server more than the client (CVE-2011-3192).

import { isBlank } from '../../http/blanks.js';

/** A part of a file: `length` bytes from `start`. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** `whole`: no range, or a range to ignore. `unsatisfiable`: 416. */
export function parseByteRange(
  field: string | null,
  size: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  if (field === null) return 'whole';
  const set = BYTES_UNIT.exec(field)?.[1];
  const spec = set === undefined ? undefined : onlyMember(set);
  const parts = spec === undefined ? null : RANGE_SPEC.exec(spec);
  if (parts === null) return 'whole';
  const first = parts[1] ?? '';
  const last = parts[2] ?? '';
  if (first === '') {
    if (last === '') return 'whole';
    // The last n bytes. An empty file has none, and the last 0 bytes of a file don't exist.
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, length };
  }
  // Numbers above 2^53 lose digits here. This does no harm: no file is so long.
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  // Such a range is invalid and ignored (RFC 9110 §14.1.1).
  if (last !== '' && BigInt(last) < BigInt(first)) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, length: end - start + 1 };
}

/**
 * ranges-specifier = range-unit "=" range-set. The unit is a token, in any case (RFC 9110 §14.1).
 */
const BYTES_UNIT = /^bytes=(.*)$/is;

/** int-range / suffix-range: [ first-pos ] "-" [ last-pos ], at least one of them */
const RANGE_SPEC = /^(\d*)-(\d*)$/;

/**
 * The only member of range-set = 1#range-spec; undefined for several members or none. Empty members
 * are ignored, and white space around a comma is allowed (RFC 9110 §5.6.1.2).
 */
function onlyMember(set: string): string | undefined {
  let only: string | undefined;
  const members = set.split(',');
  for (const [i, raw] of members.entries()) {
    let from = 0;
    let to = raw.length;
    if (i > 0) while (isBlank(raw.charCodeAt(from))) from++;
    // Not by /[ \t]+$/: that looks on from each blank, in a time that grows with the square of their number.
    if (i < members.length - 1) while (to > from && isBlank(raw.charCodeAt(to - 1))) to--;
    const member = raw.slice(from, to);
    if (member === '') continue;
    if (only !== undefined) return undefined;
    only = member;
  }
  return only;
}
