// Checks the options of a simulated connection.

import {
  invalid,
  msAt,
  numberAt,
  objectAt,
  oneOf,
  refuseOthers,
  wholeNumberAt,
} from '../../options/checks.js';
import type { LinkOptions, PipeOptions } from './link-options.js';

type Check = (path: string, value: unknown) => unknown;

const ms: Check = (path, value) => msAt(path, value, 0);
const chance: Check = (path, value) => numberAt(path, value, 0, 1);
const bytes: Check = (path, value) => wholeNumberAt(path, value, { least: 1, unit: 'bytes' });

/** One check for each option. An option without a check does not compile. */
const checks: Readonly<Record<keyof PipeOptions, Check>> = {
  latencyMs: ms,
  jitterMs: ms,
  split: (path, value) => oneOf(path, value, ['whole', 'random', 'bytes'], 'whole'),
  segmentBytesMax: bytes,
  coalesceChance: chance,
  readBytesMax: bytes,
  sendBufferBytes: bytes,
  receiveBufferBytes: bytes,
  flushDelayMs: orInfinity(ms),
  cutAfterBytes: orInfinity((path, value) =>
    wholeNumberAt(path, value, { least: 0, unit: 'bytes' }),
  ),
  resetDiscardsChance: chance,
  resetAsFinChance: chance,
};

export const PIPE_NAMES: readonly (keyof PipeOptions)[] = Object.keys(
  checks,
) as (keyof PipeOptions)[];
const LINK_NAMES: readonly string[] = [...PIPE_NAMES, 'toServer', 'toClient'];

/**
 * @param others options that may stand beside those of the link
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkLink(path: string, given: LinkOptions, others: readonly string[] = []): void {
  const link = objectAt(path === '' ? 'options' : path, given);
  refuseOthers(path, link, [...LINK_NAMES, ...others]);
  checkPipe(path, link);
  for (const direction of ['toServer', 'toClient'] as const) {
    if (link[direction] === undefined) continue;
    const full = path === '' ? direction : `${path}.${direction}`;
    const pipe = objectAt(full, link[direction]);
    refuseOthers(full, pipe, PIPE_NAMES);
    checkPipe(full, pipe);
  }
}

function checkPipe(path: string, pipe: Readonly<Record<string, unknown>>): void {
  for (const name of PIPE_NAMES) {
    if (pipe[name] === undefined) continue;
    checks[name](path === '' ? name : `${path}.${name}`, pipe[name]);
  }
}

function orInfinity(check: Check): Check {
  return (path, value) => {
    if (value === Number.POSITIVE_INFINITY) return value;
    if (value === Number.NEGATIVE_INFINITY || Number.isNaN(value)) {
      throw invalid(RangeError, path, value, 'a number, 0 or more, or Infinity');
    }
    return check(path, value);
  };
}
