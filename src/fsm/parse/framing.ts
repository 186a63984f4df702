// How the end of a request's content is known: the steps of RFC 9112 §6.3 that
// bind a server, in their order, and the two fields that they look at. Where two
// servers could come to different answers, the message is refused: that difference
// is request smuggling.

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

// What `Head.codings` consists of.
const CODING_LINE = 1;
const CHUNKED = 2;
const OTHER = 4;
const CHUNKED_LAST = 8;

/**
 * Sets `head.framing` from what was noted of the lines, or says what is wrong. What is wrong with one
 * line, or with a second one of its name, was said at the line.
 */
export function frame(head: Head): FaultId {
  // Steps 1 and 2 are about responses. Step 3, both fields, was refused at the second of them.
  // Step 4: Transfer-Encoding. Its last coding must be chunked; chunked is the only one we have.
  if (head.codings !== 0) {
    if ((head.codings & (CHUNKED | OTHER)) === 0) return Fault.codingInvalid;
    if ((head.codings & CHUNKED_LAST) === 0) return Fault.codingNotChunked;
    if ((head.codings & OTHER) !== 0) return Fault.codingUnknown;
    head.framing = FRAMING_CHUNKED;
    return Fault.none;
  }
  // Steps 5 and 6: Content-Length. Step 7: neither; a request then has no content.
  head.framing = head.contentLength === 0 ? FRAMING_NONE : FRAMING_LENGTH;
  return Fault.none;
}

/** Takes note of a Content-Length line. A second one is refused even if it says the same. */
export function noteContentLength(head: Head, field: number): FaultId {
  if (head.contentLengthField >= 0) return Fault.contentLengthRepeated;
  // Transfer-Encoding would override it (§6.3 step 3); a server MAY reject, and we do.
  if (head.codings !== 0) return Fault.lengthAndCoding;
  const length = decimal(head, field);
  if (length < 0) return Fault.contentLengthInvalid;
  head.contentLengthField = field;
  head.contentLength = length;
  return Fault.none;
}

/** Content-Length = 1*DIGIT, up to 2^53 - 1; -1 for anything else. */
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
 * Takes note of a Transfer-Encoding line: of #transfer-coding over all such lines, empty elements
 * being ignored (RFC 9110 §5.6.1.2). Nothing but `chunked`, once and bare, is taken: each of the near
 * misses below was somebody's smuggling hole.
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

/** The comma that ends a list element, or `to`; commas in quotes don't. -1 where a quote is left open. */
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
