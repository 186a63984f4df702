// An observer that makes a line of each request when it is over.

import type { Observer, RequestEnd } from '../../index.js';
import type { LoggedRequest } from './formats.js';

/** @param wallNow milliseconds since the epoch */
export function logObserver(
  format: (request: LoggedRequest) => string,
  wallNow: () => number,
  line: (text: string) => void,
): Observer {
  const startOf = ({ durationMs }: RequestEnd): number => wallNow() - durationMs;
  return {
    requestCompleted(record) {
      line(
        format({
          record,
          route: record.route,
          handlerMs: record.handlerMs,
          refused: undefined,
          failure: record.reason,
          startedAt: startOf(record),
        }),
      );
    },
    requestRefused(record) {
      line(
        format({
          record,
          route: undefined,
          handlerMs: undefined,
          refused: record.reason,
          failure: record.delivered ? undefined : record.reason,
          startedAt: startOf(record),
        }),
      );
    },
  };
}
