// The request line and the field section, from a connection's first byte on.

import { checkParsing, textOf } from '../invariants.js';

/** @throws Error where an invariant does not hold for these bytes */
export function head(bytes: Uint8Array): void {
  checkParsing(textOf('', bytes));
}
