// The sink that ignores every event.

import type { TransportSink } from '../../conn/transport.js';

/** Takes the place of a sink that must not hear anything yet, or any more. */
export const silence: TransportSink = {
  onBytes() {},
  onFin() {},
  onFlushed() {},
  onReset() {},
};
