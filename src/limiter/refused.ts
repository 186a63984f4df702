import type { RefusalReason } from './refusal.js';

/** There was more to do than could be done in time; `fn` was not called. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'SLUICE_REFUSED';
  readonly reason: RefusalReason;
  /** When to try again: 1 to 3 seconds, at random, so that not all return at once. */
  readonly retryAfterMs: number;

  constructor(reason: RefusalReason, retryAfterMs: number) {
    super(`sluice: refused (${reason}); try again in ${Math.ceil(retryAfterMs)} ms`);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
