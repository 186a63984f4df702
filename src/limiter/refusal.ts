// Why a request is not served. One word a reason: the response, the metrics and the error of
// `createLimiter` use the same.

export const refusalReasons = [
  /** The queue holds all the entries, or all the bytes, that it may. */
  'queueFull',
  /** On arrival: what waits ahead would make it wait too long. */
  'waitTooLong',
  /** It has waited as long as the queue's law allows. */
  'waited',
  /** It can't be done, or begun, before its deadline. */
  'deadline',
  /** Pushed out of the queue, for one of a higher class or of a client that asks for less. */
  'displaced',
  /** Too much memory is held by what is under way. */
  'memory',
  /** As many probes as may run are running, and no ordinary slot is free. */
  'probesFull',
  /** Its kind waits on purpose, and as many as may do so do. */
  'parkedFull',
  /** Its kind used to finish and has stopped to: what it waits for has stalled. */
  'stalled',
  /** The server is closing. */
  'closing',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

// A client that is told when to return must not return with all the others: 1 to 3 seconds.
const RETRY_AFTER_MS_MIN = 1000;
const RETRY_AFTER_MS_SPREAD = 2000;

/** @param random - from 0 up to 1 */
export function retryAfterMs(random: number): number {
  return RETRY_AFTER_MS_MIN + random * RETRY_AFTER_MS_SPREAD;
}
