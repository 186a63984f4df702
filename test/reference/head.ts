// RFC 9112 §3 to §6: reads a whole head and finds all that is wrong with it, up to the first line
// that is not of the grammar.

import { exactly } from './abnf.js';
import type { CheckName } from './checks.js';
import { statusesOf } from './checks.js';
import type { Field } from './fields.js';
import { fieldLine, splitFieldLine } from './fields.js';
import type { Framing } from './head-checks.js';
import { expectsContinue, framingOf, headFaults, isPersistent } from './head-checks.js';
import type { ReferenceLimits } from './limits.js';
import { readLine } from './lines.js';
import { openFieldFaults, openRequestLineFaults } from './open-lines.js';
import type { RequestLine, TargetForm } from './request-line.js';
import { requestLine, splitRequestLine } from './request-line.js';

/** A head without fault. */
export interface ReferenceHead {
  readonly method: string;
  readonly target: string;
  readonly targetForm: TargetForm;
  /** As received: 1.2 is served as 1.1, but is 2 here. */
  readonly versionMinor: number;
  /** Order and case as received. */
  readonly fields: readonly Field[];
  readonly framing: Framing;
  /** The declared length; 0 where none is. */
  readonly contentLength: number;
  readonly persistent: boolean;
  /** Whether `100-continue` is expected by a 1.1 request, with or without content to come. */
  readonly expectsContinue: boolean;
}

/**
 * `incomplete` has the statuses that may be sent already, since nothing that follows can mend the
 * head; none, if something can.
 */
export type HeadResult =
  | { readonly kind: 'head'; readonly head: ReferenceHead; readonly end: number }
  | { readonly kind: 'incomplete'; readonly statuses: number[] }
  | { readonly kind: 'refused'; readonly faults: CheckName[] };

const emptyLine = exactly('');

export function readHead(text: string, from: number, limits: ReferenceLimits): HeadResult {
  const first = readLine(text, from, requestLine);
  if (first.kind !== 'line') {
    const rest = text.slice(from);
    const faults = first.kind === 'open' ? openRequestLineFaults(rest) : requestLineFaults(rest);
    faults.push(...brimFaults(text, from, limits));
    return unfinished(first.kind, faults, limitFaults(text, from, from, 0, limits));
  }
  const request = splitRequestLine(first.line);
  const fields: Field[] = [];
  let at = first.end;
  for (;;) {
    const empty = readLine(text, at, emptyLine);
    const limit = limitFaults(text, from, at, fields.length, limits);
    if (empty.kind === 'line') {
      return finished(request, fields, empty.end, [
        ...limit,
        ...headFaults(request, fields, true, limits),
      ]);
    }
    const line = readLine(text, at, fieldLine);
    if (line.kind !== 'line') {
      const open = empty.kind === 'open' || line.kind === 'open';
      const faults = headFaults(request, fields, false, limits);
      // Its first octet shows that the line is one too many, whatever else it is.
      const begun = at < text.length && empty.kind !== 'open';
      if (begun && fields.length >= limits.fieldCountMax) faults.push('limit-field-count');
      if (!open) faults.push('field-line');
      else faults.push(...openFieldFaults(request, fields, text.slice(at), limits));
      faults.push(...brimFaults(text, from, limits));
      return unfinished(open ? 'open' : line.kind, faults, limit);
    }
    fields.push(splitFieldLine(line.line));
    at = line.end;
  }
}

/** A head of good grammar, to its empty line. */
function finished(
  request: RequestLine,
  fields: readonly Field[],
  end: number,
  faults: readonly CheckName[],
): HeadResult {
  // A CONNECT in good order is understood, and not served, whatever it would have sent.
  if (request.method === 'CONNECT' && faults.every((fault) => fault === 'limit-content'))
    return { kind: 'refused', faults: [...faults, 'method-connect'] };
  if (faults.length > 0) return { kind: 'refused', faults: [...faults] };
  const { framing, contentLength } = framingOf(fields);
  const head: ReferenceHead = {
    method: request.method,
    target: request.target,
    targetForm: request.targetForm,
    versionMinor: request.versionMinor,
    fields,
    framing,
    contentLength,
    persistent: isPersistent(request.versionMinor, fields),
    expectsContinue: expectsContinue(request.versionMinor, fields),
  };
  return { kind: 'head', head, end };
}

/**
 * A head that ends before its empty line: refused if a whole line of it is broken, or a limit
 * passed; else awaited.
 */
function unfinished(
  kind: 'open' | 'doomed' | 'broken',
  faults: readonly CheckName[],
  limit: readonly CheckName[],
): HeadResult {
  if (kind === 'broken' || limit.length > 0)
    return { kind: 'refused', faults: [...limit, ...faults] };
  return { kind: 'incomplete', statuses: statusesOf(faults) };
}

/**
 * A request line out of grammar. If its version can be read, and is of another major, that may be said
 * too: as soon as it is read, whatever follows it. So may that it begins HTTP/2.
 */
function requestLineFaults(text: string): CheckName[] {
  if (/^PRI \*[ \r]/.test(text)) return ['http2-preface'];
  const major = /^[^ \r\n]+ [^ \r\n]+ HTTP\/([0-9])\.[0-9]/.exec(text)?.[1];
  return major === undefined || major === '1'
    ? ['request-line']
    : ['request-line', 'version-major'];
}

/** Where a head is as large as it may be and not complete, no octet may follow that completes it. */
function brimFaults(text: string, from: number, limits: ReferenceLimits): CheckName[] {
  if (text.length - from !== limits.headBytesMax) return [];
  return text.includes(' ', from) ? ['limit-head'] : ['request-line'];
}

/** The limits that a head passes with the line that begins at `at`, and those before it. */
function limitFaults(
  text: string,
  from: number,
  at: number,
  fieldCount: number,
  limits: ReferenceLimits,
): CheckName[] {
  const faults: CheckName[] = [];
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline + 1;
  const target = /^[^ \r\n]* ([^ \r\n]*)/.exec(text.slice(from, end))?.[1] ?? '';
  if (target.length > limits.targetBytesMax) faults.push('limit-target');
  // A method that leaves no room for anything else is none that anybody has.
  const method = /^[^ ]*/.exec(text.slice(from, end))?.[0] ?? '';
  const tooLarge = end - from > limits.headBytesMax;
  if (tooLarge && method.length >= limits.headBytesMax) faults.push('request-line');
  else if (tooLarge) faults.push('limit-head');
  if (fieldCount > limits.fieldCountMax) faults.push('limit-field-count');
  return faults;
}
