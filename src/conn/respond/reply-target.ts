// What a reply must know of the request that it answers.

import type { Head } from '../../fsm/parse/head.js';

/** The target of a reply: the head of an exchange, or one that never became an exchange. */
export interface ReplyTarget {
  readonly isHead: boolean;
  readonly versionMinor: number;
  /** The client sent `Connection: keep-alive`. */
  readonly keepAliveAsked: boolean;
}

/** The target of an answer to a fault in the head, for which no exchange has begun. */
export function targetOf(head: Head | undefined): ReplyTarget {
  return { isHead: head?.isHead === true, versionMinor: 1, keepAliveAsked: false };
}
