// The header of the PROXY protocol, from a connection's first byte on.

import { cutText, singleBytes } from '../../test/support/parser-log.js';
import { proxyDisagreements } from '../../test/support/proxy-agreement.js';
import { textOf } from '../invariants.js';

/** @throws Error where an invariant does not hold for these bytes */
export function proxy(bytes: Uint8Array): void {
  const text = textOf('', bytes);
  const some = Buffer.from(text, 'latin1');
  // The last byte says where the bytes are cut.
  const cuts = [some.at(-1) ?? 0, 12, 16];
  const differences = proxyDisagreements(some, singleBytes(text), cutText(text, cuts));
  if (differences.length > 0) throw new Error(differences.join('; '));
}
