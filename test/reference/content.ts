// RFC 9112 §6.2 and §7.1: reads the content of a message whose head says how it is framed.

import { exactly, matches } from './abnf.js';
import type { CheckName } from './checks.js';
import { statusesOf } from './checks.js';
import { chunkLine, lastChunkLine } from './chunked.js';
import type { Field } from './fields.js';
import { fieldLine, splitFieldLine } from './fields.js';
import type { ReferenceHead } from './head.js';
import type { ReferenceLimits } from './limits.js';
import { readLine } from './lines.js';

export type ContentResult =
  | {
      readonly kind: 'content';
      readonly content: string;
      readonly trailers: readonly Field[];
      readonly end: number;
    }
  | { readonly kind: 'incomplete'; readonly content: string; readonly statuses: number[] }
  | { readonly kind: 'refused'; readonly content: string; readonly faults: CheckName[] };

const LENGTH_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const emptyLine = exactly('');

export function readContent(
  text: string,
  at: number,
  head: Pick<ReferenceHead, 'framing' | 'contentLength'>,
  limits: ReferenceLimits,
): ContentResult {
  if (head.framing === 'chunked') return readChunked(text, at, limits);
  const content = text.slice(at, at + head.contentLength);
  if (content.length < head.contentLength) return { kind: 'incomplete', content, statuses: [] };
  return { kind: 'content', content, trailers: [], end: at + head.contentLength };
}

/** chunked-body = *chunk last-chunk trailer-section CRLF — RFC 9112 §7.1 */
function readChunked(text: string, from: number, limits: ReferenceLimits): ContentResult {
  let content = '';
  let at = from;
  let declared = 0;
  let extensionBytes = 0;
  for (;;) {
    const newline = text.indexOf('\n', at);
    const seen = text.slice(at, newline < 0 ? undefined : newline).replace(/\r$/, '');
    const digits = /^[0-9A-Fa-f]*/.exec(seen)?.[0] ?? '';
    const size = BigInt(`0x0${digits}`);
    extensionBytes += seen.length - digits.length;
    const limit: CheckName[] = [];
    if (seen.length > limits.chunkLineBytesMax) limit.push('limit-chunk-line');
    if (extensionBytes > limits.chunkExtBytesMax) limit.push('limit-chunk-extensions');
    if (limit.length > 0) return { kind: 'refused', content, faults: limit };
    const faults: CheckName[] = [];
    if (size > LENGTH_MAX) faults.push('chunk-size');
    const line = readLine(text, at, chunkLine);
    if (line.kind === 'broken' || line.kind === 'doomed') faults.push('chunk-line');
    // A size beyond the limit may be answered as it is read, and must be when an octet of it is.
    const tooLarge = declared + Number(size) > limits.bodyBytesMax;
    if (line.kind === 'open' || line.kind === 'doomed') {
      if (tooLarge) faults.push('limit-content');
      return { kind: 'incomplete', content, statuses: statusesOf(faults) };
    }
    if (faults.length > 0 || line.kind === 'broken') return { kind: 'refused', content, faults };
    if (matches(lastChunkLine, line.line)) return readTrailers(text, line.end, content, limits);
    if (tooLarge && text.length - line.end > limits.bodyBytesMax - declared) {
      return { kind: 'refused', content, faults: ['limit-content'] };
    }
    declared += Number(size);
    const dataEnd = line.end + Number(size);
    content += text.slice(line.end, dataEnd);
    if (text.length < dataEnd) {
      const statuses = tooLarge ? statusesOf(['limit-content']) : [];
      return { kind: 'incomplete', content, statuses };
    }
    const end = text.slice(dataEnd, dataEnd + 2);
    if (end !== '\r\n' && end.length === 2) {
      return { kind: 'refused', content, faults: ['chunk-data-end'] };
    }
    if (end !== '\r\n') {
      const statuses = '\r\n'.startsWith(end) ? [] : statusesOf(['chunk-data-end']);
      return { kind: 'incomplete', content, statuses };
    }
    at = dataEnd + 2;
  }
}

/**
 * trailer-section = *( field-line CRLF ) — RFC 9112 §7.1.2; and the CRLF that ends a chunked-body.
 */
function readTrailers(
  text: string,
  from: number,
  content: string,
  limits: ReferenceLimits,
): ContentResult {
  const trailers: Field[] = [];
  let at = from;
  for (;;) {
    const newline = text.indexOf('\n', at);
    const seen = (newline < 0 ? text.length : newline + 1) - from;
    if (seen > limits.trailerBytesMax) {
      return { kind: 'refused', content, faults: ['limit-trailer'] };
    }
    const empty = readLine(text, at, emptyLine);
    if (empty.kind === 'line') return { kind: 'content', content, trailers, end: empty.end };
    const line = readLine(text, at, fieldLine);
    const begun = at < text.length && empty.kind !== 'open';
    const faults: CheckName[] =
      begun && trailers.length >= limits.fieldCountMax ? ['limit-field-count'] : [];
    // As large as it may be, and not complete: no octet may follow.
    if (text.length - from === limits.trailerBytesMax) faults.push('limit-trailer');
    if (line.kind !== 'line') {
      if (empty.kind !== 'open' && line.kind !== 'open') faults.push('trailer-line');
      return line.kind === 'broken'
        ? { kind: 'refused', content, faults }
        : { kind: 'incomplete', content, statuses: statusesOf(faults) };
    }
    if (faults.includes('limit-field-count')) return { kind: 'refused', content, faults };
    trailers.push(splitFieldLine(line.line));
    at = line.end;
  }
}
