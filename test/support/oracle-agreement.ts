// Where the parser and the oracle part.

import { isDeepStrictEqual } from 'node:util';
import {
  latin1Text,
  type ReferenceHead,
  type ReferenceOutcome,
  type ReferenceResult,
} from '../reference/parse-requests.js';
import type { Observed, ObservedMessage } from './parser-log.js';

/** One line for each point in which they disagree; none where they agree. */
export function disagreements(seen: Observed, reference: ReferenceResult): string[] {
  const differences: string[] = [];
  const expected = reference.messages.map((message) => ({
    ...headOf(message),
    content: latin1Text(message.content),
    trailers: message.trailers,
    end: message.end,
  }));
  const count = Math.max(expected.length, seen.messages.length);
  for (let i = 0; i < count; i += 1) {
    differences.push(...between(`message ${i}`, seen.messages[i], expected[i]));
  }
  return [...differences, ...afterMessages(seen, reference.outcome)];
}

/** The head as both tell it. A declared length of 0 is no content: that is a matter of words. */
function headOf(head: ReferenceHead): Omit<ObservedMessage, 'content' | 'trailers' | 'end'> {
  const { method, target, targetForm, versionMinor, fields, contentLength } = head;
  const { persistent, expectsContinue } = head;
  const framing = head.framing === 'length' && contentLength === 0 ? 'none' : head.framing;
  return {
    method,
    target,
    targetForm,
    versionMinor,
    fields,
    framing,
    contentLength,
    persistent,
    expectsContinue,
  };
}

function afterMessages(seen: Observed, outcome: ReferenceOutcome): string[] {
  const status = seen.fault?.status;
  if (outcome.kind === 'end') {
    if (seen.fault !== undefined) return [`refused (${seen.fault.code}) what is valid`];
    return seen.open === undefined ? [] : ['waits for content after the end'];
  }
  const { statuses } = outcome;
  if (outcome.kind === 'refused' && status === undefined) {
    return [`not refused, but ${outcome.rules.join(', ')}`];
  }
  if (status !== undefined && !statuses.includes(status)) {
    const allowed = statuses.length === 0 ? 'what more bytes could complete' : statuses.join('/');
    const rules = outcome.kind === 'refused' ? ` for ${outcome.rules.join(', ')}` : '';
    return [`refused with ${status} (${seen.fault?.code}), but ${allowed}${rules}`];
  }
  return [...openHead(seen, outcome), ...openContent(seen, outcome)];
}

type Stopped = Exclude<ReferenceOutcome, { kind: 'end' }>;

function openHead({ open, fault }: Observed, { head }: Stopped): string[] {
  if (open === undefined || head === undefined) {
    // A head that asks for too much may be refused with its content or before it.
    const same = (open === undefined) === (head === undefined) || fault?.status === 413;
    return same ? [] : [`the head of the last message is told by one only`];
  }
  const { content: _content, trailers: _trailers, end: _end, ...seenHead } = open;
  return between('the last head', seenHead, headOf(head));
}

function openContent({ open, fault }: Observed, outcome: Stopped): string[] {
  if (open === undefined || outcome.content === undefined) return [];
  const content = latin1Text(outcome.content);
  if (open.content === content) return [];
  // Up to a limit, content may be handed out, or not.
  const within = content.startsWith(open.content) || open.content.startsWith(content);
  if (fault !== undefined && fault.status !== 400 && within) return [];
  return between('content', open.content, content);
}

function between(what: string, seen: unknown, expected: unknown): string[] {
  if (isDeepStrictEqual(seen, expected)) return [];
  return [`${what}: ${JSON.stringify(seen)}, but ${JSON.stringify(expected)}`];
}
