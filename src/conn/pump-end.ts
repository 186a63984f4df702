// Ends a pump whose response is given up.

import type { AbortReason } from './abort.js';
import type { Pumped } from './response-pump.js';

/** Apart from its caller: V8 makes a context for the closure at each call of the function in which it stands. */
export function endPump(
  pump: Pumped,
  reason: AbortReason,
  exchange: { report(error: unknown): void } | undefined,
): void {
  pump.close(reason, (error) => exchange?.report(error));
}
