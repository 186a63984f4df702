// The sink that hears nothing.

import type { TransportSink } from '../conn/transport.js';

/** Takes the place of a sink that must hear nothing more, or nothing yet. */
export const silence: TransportSink = {
  onBytes() {},
  onFin() {},
  onFlushed() {},
  onReset() {},
};
