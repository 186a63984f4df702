// What is said of a run that failed: what was wrong, what happened, how to see it again.

import type { Outcome } from './run-seed.js';

/** Enough to see what led to it; all of it with `--trace`. */
const TRACE_LINES = 150;

export function failureReport(outcome: Outcome): string {
  const trace = outcome.trace();
  const left = trace.length - TRACE_LINES;
  return [
    `seed ${outcome.seed} failed:`,
    ...outcome.failures.map((failure) => `  ${failure}`),
    left > 0 ? `its trace, but for the first ${left} lines:` : 'its trace:',
    ...trace.slice(-TRACE_LINES).map((line) => `  ${line}`),
    `again, with the whole trace: npm run simulate -- --runs 1 --seed ${outcome.seed} --trace`,
  ].join('\n');
}
