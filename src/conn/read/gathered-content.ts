// Which content is complete before its request is offered to the limiter: a slow sender then holds bytes and no slot.

import type { Limits } from '../../fsm/limits.js';
import { FRAMING_LENGTH, type Head } from '../../fsm/parse/head.js';

/** What the server says of it. */
export interface GatheringRules {
  readonly limits: Pick<Limits, 'readAheadBytesMax'>;
  /** Undefined where a fetch handler answers. */
  readonly host: unknown;
}

/** `arrivedBytes` have come behind the head. */
export function isGathered(head: Head, rules: GatheringRules, arrivedBytes: number): boolean {
  if (head.framing !== FRAMING_LENGTH || head.expectsContinue) return false;
  const { readAheadBytesMax } = rules.limits;
  if (rules.host === undefined) return head.contentLength <= readAheadBytesMax;
  // A host is called as soon as there is a head: it may answer, and its client leave, before the content is here.
  return head.contentLength <= Math.min(readAheadBytesMax, arrivedBytes);
}
