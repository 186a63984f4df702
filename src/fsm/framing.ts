// How the end of a request's content is known: the steps of RFC 9112 §6.3 that
// bind a server, in their order. Where two servers could come to different
// answers, the message is refused: that difference is request smuggling.

import { HEX_VALUE, spells, TCHAR } from './bytes.js';
import type { FaultId } from './faults.js';
import { Fault } from './faults.js';
import type { Head } from './head.js';
import { FRAMING_CHUNKED, FRAMING_LENGTH, FRAMING_NONE } from './head.js';

const HTAB = 0x09;
const SP = 0x20;
const DQUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** Stands for an index into `Head.fields` where no such line was seen. */
export const NO_FIELD = -1;

/**
 * Sets `head.framing` and `head.contentLength`, or says what is wrong. The numbers are the indices
 * into `head.fields` of the first line of that name, or {@link NO_FIELD}.
 */
export function frame(head: Head, contentLength: number, transferEncoding: number): FaultId {
  // Steps 1 and 2 are about responses.
  // Step 3: with both, Transfer-Encoding would override; a server MAY reject, and we do.
  if (transferEncoding !== NO_FIELD && contentLength !== NO_FIELD) return Fault.lengthAndCoding;
  // Step 4: Transfer-Encoding alone. Its last coding must be chunked; chunked is the only one we have.
  if (transferEncoding !== NO_FIELD) {
    if (head.versionMinor === 0) return Fault.codingInHttp10;
    const fault = transferCodings(head, transferEncoding);
    if (fault !== Fault.none) return fault;
    head.framing = FRAMING_CHUNKED;
    return Fault.none;
  }
  // Steps 5 and 6: Content-Length alone.
  if (contentLength !== NO_FIELD) {
    const length = decimal(head, contentLength);
    if (length < 0) return Fault.contentLengthInvalid;
    head.framing = length === 0 ? FRAMING_NONE : FRAMING_LENGTH;
    head.contentLength = length;
    return Fault.none;
  }
  // Step 7: neither; a request then has no content.
  head.framing = FRAMING_NONE;
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
 * Transfer-Encoding = #transfer-coding over all of its lines; empty elements are
 * ignored (RFC 9110 §5.6.1.2). Nothing but `chunked`, once and bare, is taken:
 * each of the near misses below was somebody's smuggling hole.
 */
function transferCodings(head: Head, firstField: number): FaultId {
  const { bytes, fields } = head;
  let chunked = 0;
  let others = 0;
  let lastIsChunked = false;
  for (let field = firstField; field < fields.length; field += 4) {
    if (!spells(bytes, fields[field] as number, fields[field + 1] as number, 'transfer-encoding'))
      continue;
    const to = fields[field + 3] as number;
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
      const parameters = blanksEnd(bytes, nameTo, i) !== i;
      if (parameters && bytes[blanksEnd(bytes, nameTo, i)] !== SEMICOLON)
        return Fault.codingInvalid;
      lastIsChunked = spells(bytes, nameFrom, nameTo, 'chunked');
      if (lastIsChunked) {
        if (parameters) return Fault.codingInvalid;
        chunked++;
      } else {
        others++;
      }
    }
  }
  if (chunked > 1 || chunked + others === 0) return Fault.codingInvalid;
  if (!lastIsChunked) return Fault.codingNotChunked;
  return others > 0 ? Fault.codingUnknown : Fault.none;
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
