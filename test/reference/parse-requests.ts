// The oracle: a parser of HTTP/1.1 requests written from the grammar of RFC 9112, RFC 9110 and RFC
// 3986, a function a rule, with no thought of speed and nothing in common with the parser that it
// judges. It sees all octets at once.
//
// What it can't know is when a server says what it knows. So an answer has the set of statuses that
// are right where several rules are broken, and an incomplete message has the statuses with which
// it may be refused already.

import type { CheckName } from './checks.js';
import { countFaults, statusesOf } from './checks.js';
import { readContent } from './content.js';
import type { Field } from './fields.js';
import type { ReferenceHead } from './head.js';
import { readHead } from './head.js';
import type { ReferenceLimits } from './limits.js';
import { NO_LIMITS } from './limits.js';

export type { ReferenceHead } from './head.js';
export type { ReferenceLimits } from './limits.js';

/** A whole message. */
export interface ReferenceMessage extends ReferenceHead {
  /** Decoded. */
  readonly content: Uint8Array;
  readonly trailers: readonly Field[];
  /** The offset one past the message. */
  readonly end: number;
}

/** What comes after the whole messages. */
export type ReferenceOutcome =
  /** Nothing (but CRLFs), or what follows a message that does not persist and is not looked at. */
  | { readonly kind: 'end' }
  /**
   * A message breaks off. `statuses` may be sent at this point and need not be: nothing that could
   * follow would mend the message. If it is empty, something could, and the message must not be
   * refused.
   */
  | {
      readonly kind: 'incomplete';
      readonly within: 'head' | 'content';
      readonly statuses: readonly number[];
      readonly head?: ReferenceHead;
      /** What there is of the content, decoded. */
      readonly content?: Uint8Array;
    }
  /**
   * A message must be refused with one of `statuses`; `status` is that of the first fault found,
   * `rule` its check.
   */
  | {
      readonly kind: 'refused';
      readonly within: 'head' | 'content';
      readonly status: number;
      readonly statuses: readonly number[];
      readonly rule: CheckName;
      readonly rules: readonly CheckName[];
      readonly head?: ReferenceHead;
      readonly content?: Uint8Array;
    };

export interface ReferenceResult {
  readonly messages: readonly ReferenceMessage[];
  readonly outcome: ReferenceOutcome;
}

/**
 * Reads all requests of a connection. With `fin` no octet can follow, so that an incomplete message
 * may be answered with 400, or not at all (RFC 9112 §8).
 */
export function parseRequests(
  bytes: Uint8Array,
  options: { readonly fin: boolean },
  limits: Partial<ReferenceLimits> = {},
): ReferenceResult {
  const text = latin1Text(bytes);
  const bounds = { ...NO_LIMITS, ...limits };
  const messages: ReferenceMessage[] = [];
  const stop = (outcome: ReferenceOutcome): ReferenceResult => {
    if (outcome.kind === 'refused') countFaults(outcome.rules);
    return { messages, outcome };
  };
  let at = 0;
  for (;;) {
    // RFC 9112 §2.2: a server SHOULD ignore at least one CRLF before a request line. We ignore any
    // number.
    while (text.startsWith('\r\n', at)) at += 2;
    if (at === text.length) return stop({ kind: 'end' });
    if (text.slice(at) === '\r') return stop(incomplete('head', [], options.fin));
    const first = readHead(text, at, bounds);
    if (first.kind === 'incomplete') return stop(incomplete('head', first.statuses, options.fin));
    if (first.kind === 'refused') return stop(refused('head', first.faults));
    const head = first.head;
    const rest = readContent(text, first.end, head, bounds);
    const content = latin1Bytes(rest.content);
    if (rest.kind === 'incomplete') {
      return stop({ ...incomplete('content', rest.statuses, options.fin), head, content });
    }
    if (rest.kind === 'refused') return stop({ ...refused('content', rest.faults), head, content });
    messages.push({ ...head, content, trailers: rest.trailers, end: rest.end });
    at = rest.end;
    if (!head.persistent) return stop({ kind: 'end' });
  }
}

function incomplete(
  within: 'head' | 'content',
  statuses: readonly number[],
  fin: boolean,
): ReferenceOutcome & { kind: 'incomplete' } {
  return {
    kind: 'incomplete',
    within,
    statuses: [...new Set([...statuses, ...(fin ? [400] : [])])],
  };
}

function refused(
  within: 'head' | 'content',
  faults: readonly CheckName[],
): ReferenceOutcome & { kind: 'refused' } {
  const statuses = statusesOf(faults);
  const rule = faults[0];
  const status = statuses[0];
  if (rule === undefined || status === undefined) throw new Error('A refusal names no fault.');
  return { kind: 'refused', within, status, statuses, rule, rules: faults };
}

/** Octets as a text in which one character is one octet. */
export function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The octets of such a text. */
export function latin1Bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
