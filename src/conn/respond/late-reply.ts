// A reply that comes too late: its request was answered for, or nobody waits any more.

import type { Reply } from '../../http/reply/reply.js';
import type { Outcome } from '../../limiter/ticket.js';
import { repliedUpgraded } from '../tunnel/upgrade.js';

/** The request, as its late reply sees it. */
export interface ClosedRequest {
  /** A response was begun in place of the handler's. */
  readonly answered: boolean;
  readonly tunnel: unknown;
  release(outcome: Outcome, now: number): void;
  report(error: unknown): void;
}

export function dropLate(request: ClosedRequest, reply: Reply, now: number): void {
  request.release(request.answered ? 'timedOut' : 'aborted', now);
  if (request.tunnel !== undefined) request.report(repliedUpgraded());
  reply.discard('closed', (error) => request.report(error));
}
