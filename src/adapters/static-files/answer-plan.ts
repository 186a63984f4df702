// Plans the answer to a GET or HEAD of an existing file: first the conditions, then the range (RFC
// 9110 §13.2.2). Pure: the file is neither read nor closed here.

import { parseByteRange } from './byte-range.js';
import {
  evaluateConditions,
  type FieldSource,
  rangeStillFits,
  type Validators,
} from './validators.js';

export interface AnswerPlan {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** The part of the file to send. For all statuses but 206 it is the whole file. */
  readonly start: number;
  readonly length: number;
  /** Set for 206 and 416. */
  readonly contentRange: string | undefined;
}

/**
 * Plans the answer for a file of `size` bytes with these validators.
 *
 * @param nowMs milliseconds since the epoch
 */
export function planAnswer(
  method: string,
  fields: FieldSource,
  size: number,
  validators: Validators,
  nowMs: number,
): AnswerPlan {
  const nowSeconds = nowMs / 1000;
  const whole = { start: 0, length: size, contentRange: undefined };
  const verdict = evaluateConditions(fields, validators, nowSeconds);
  if (verdict === 'unchanged') return { status: 304, ...whole };
  if (verdict === 'failed') return { status: 412, ...whole };
  // Range has a meaning for GET only (RFC 9110 §14.2).
  if (method !== 'GET' || !rangeStillFits(fields, validators, nowSeconds))
    return { status: 200, ...whole };

  const range = parseByteRange(fields.get('range'), size);
  if (range === 'whole') return { status: 200, ...whole };
  if (range === 'unsatisfiable') {
    return { status: 416, start: 0, length: 0, contentRange: `bytes */${size}` };
  }
  const { start, length } = range;
  return {
    status: 206,
    start,
    length,
    contentRange: `bytes ${start}-${start + length - 1}/${size}`,
  };
}
