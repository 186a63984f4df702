import type { Ticket } from '../ticket.js';

/**
 * Can it start then, and be answered in time if that takes `tookMs`? One without a deadline can, also where nobody
 * knows yet when it would start: at Infinity.
 */
export function makesDeadline({ deadlineAt }: Ticket, startsAt: number, tookMs: number): boolean {
  if (deadlineAt === Number.POSITIVE_INFINITY) return true;
  return startsAt < deadlineAt && startsAt + tookMs <= deadlineAt;
}
