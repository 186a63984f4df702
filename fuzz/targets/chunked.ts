// The chunked coding: sizes, extensions, data, trailers.

import { checkParsing, textOf } from '../invariants.js';

/** @throws Error where an invariant does not hold for these bytes as chunked content */
export function chunked(bytes: Uint8Array): void {
  checkParsing(textOf('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', bytes));
}
