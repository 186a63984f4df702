import type { Overheard } from './limiter-tap.js';

/** The id of a request that went by, for people. */
export function nameOf({ ticket }: Overheard): string {
  return `${ticket.requestHead.get('x-id') ?? ticket.requestHead.target} (${ticket.priorityName})`;
}

export function sum<T>(of: readonly T[], count: (one: T) => number): number {
  return of.reduce((total, one) => total + count(one), 0);
}
