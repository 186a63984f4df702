// Finds the end of a request's content: the steps of RFC 9112 §6.3 that bind a server, in their
// order, and the two fields they use. A message is refused if two servers could find different
// ends: that difference is request smuggling.

import type { FaultId } from '../faults.js';
import { Fault } from '../faults.js';
import { HEX_VALUE, spells, TCHAR } from './bytes.js';
import type { Head } from './head.js';
import { FRAMING_CHUNKED, FRAMING_LENGTH, FRAMING_NONE } from './head.js';

const HTAB = 0x09;
const SP = 0x20;
const DQUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

// The bits of `Head.codings`.
const CODING_LINE = 1;
const CHUNKED = 2;
const OTHER = 4;
const CHUNKED_LAST = 8;

/**
 * Sets `head.framing` from the noted lines, or gives the fault. Faults of single lines, and of
 * repeated lines, were given when the line was noted.
 */
export function frame(head: Head): FaultId {
  // Steps 1 and 2 are about responses. Step 3 is both fields: `noteField` refused the second of
  // them. Step 4 is Transfer-Encoding. Its last coding must be chunked, the only coding that sluice
  // supports.
  if (head.codings !== 0) {
    if ((head.codings & (CHUNKED | OTHER)) === 0) return Fault.codingInvalid;
    if ((head.codings & CHUNKED_LAST) === 0) return Fault.codingNotChunked;
    if ((head.codings & OTHER) !== 0) return Fault.codingUnknown;
    head.framing = FRAMING_CHUNKED;
    return Fault.none;
  }
  // Steps 5 and 6 are Content-Length. Step 7 is neither field: a request then has no content.
  head.framing = head.contentLength === 0 ? FRAMING_NONE : FRAMING_LENGTH;
  return Fault.none;
}

/** Notes a Content-Length line. A second line is refused, even with the same value. */
export function noteContentLength(head: Head, field: number): FaultId {
  if (head.contentLengthField >= 0) return Fault.contentLengthRepeated;
  // Transfer-Encoding would override Content-Length (§6.3 step 3). A server MAY reject both
  // together; sluice does.
  if (head.codings !== 0) return Fault.lengthAndCoding;
  const length = decimal(head, field);
  if (length < 0) return Fault.contentLengthInvalid;
  head.contentLengthField = field;
  head.contentLength = length;
  return Fault.none;
}

/** Content-Length = 1*DIGIT, up to 2^53 - 1. Gives -1 for any other value. */
function decimal(head: Head, field: number): number {
  const bytes = head.bytes;
  const from = head.fields[field + 2] as number;
  const to = head.fields[field + 3] as number;
  if (from === to) return -1;
  let length = 0;
  for (let i = from; i < to; i++) {
    const digit = HEX_VALUE[bytes[i] as number] as number;
    if (digit > 9) return -1;
    length = length * 10 + digit;
    if (length > Number.MAX_SAFE_INTEGER) return -1;
  }
  return length;
}

/**
 * Notes a Transfer-Encoding line. All such lines together are one list, whose empty elements are
 * ignored (RFC 9110 §5.6.1.2). Only `chunked` is accepted, once and without parameters. Each near
 * miss below was used for request smuggling.
 */
export function noteTransferEncoding(head: Head, field: number): FaultId {
  if (head.contentLengthField >= 0) return Fault.lengthAndCoding;
  if (head.versionMinor === 0) return Fault.codingInHttp10;
  const { bytes, fields } = head;
  const to = fields[field + 3] as number;
  let codings = head.codings | CODING_LINE;
  let i = fields[field + 2] as number;
  while (i < to) {
    const c = bytes[i] as number;
    if (c === COMMA || c === SP || c === HTAB) {
      i++;
      continue;
    }
    const nameFrom = i;
    while (i < to && TCHAR[bytes[i] as number] === 1) i++;
    const nameTo = i;
    i = elementEnd(bytes, i, to);
    if (nameTo === nameFrom || i < 0) return Fault.codingInvalid;
    const parametersFrom = blanksEnd(bytes, nameTo, i);
    if (parametersFrom < i && bytes[parametersFrom] !== SEMICOLON) return Fault.codingInvalid;
    if (!spells(bytes, nameFrom, nameTo, 'chunked')) {
      codings = (codings | OTHER) & ~CHUNKED_LAST;
    } else if (parametersFrom < i || (codings & CHUNKED) !== 0) {
      return Fault.codingInvalid;
    } else {
      codings |= CHUNKED | CHUNKED_LAST;
    }
  }
  head.codings = codings;
  return Fault.none;
}

function blanksEnd(bytes: Uint8Array, at: number, to: number): number {
  while (at < to && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  return at;
}

/**
 * The comma that ends a list element, or `to`. Commas in quotes don't count. -1 if a quote is not
 * closed.
 */
function elementEnd(bytes: Uint8Array, at: number, to: number): number {
  let quoted = false;
  for (let i = at; i < to; i++) {
    const c = bytes[i];
    if (quoted && c === 0x5c) i++;
    else if (c === DQUOTE) quoted = !quoted;
    else if (c === COMMA && !quoted) return i;
  }
  return quoted ? -1 : to;
}
