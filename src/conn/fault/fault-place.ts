// Where in the received bytes the fault of a parser stands, for the report of it.

import type { RequestReader } from '../../fsm/parse/request-reader.js';
import type { FaultPlace } from './fault-report.js';

/**
 * The place of the reader's fault: in what was carried of the section, or in the bytes that it was given
 * last. Of these, the message or its content begins at `from`.
 */
export function placeOfFault(
  reader: RequestReader,
  bytes: Uint8Array,
  from: number,
  to: number,
): FaultPlace {
  const { carriedFault } = reader;
  if (carriedFault !== undefined) {
    return {
      bytes: carriedFault.bytes,
      from: 0,
      at: carriedFault.at,
      to: carriedFault.bytes.length,
    };
  }
  return {
    bytes,
    from,
    at: Math.max(0, reader.at + reader.faultOffset - reader.consumedBytes),
    to,
  };
}
