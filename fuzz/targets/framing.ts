// The fields that say where a message ends, its content, and whatever is behind it.

import { checkParsing, textOf } from '../invariants.js';

/** @throws Error where an invariant does not hold for these bytes behind a request line and a Host */
export function framing(bytes: Uint8Array): void {
  checkParsing(textOf('POST / HTTP/1.1\r\nHost: a\r\n', bytes));
}
