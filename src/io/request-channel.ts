// The tracing channel `sluice:request` of node:diagnostics_channel.

import { channel } from 'node:diagnostics_channel';
import type { RequestChannel } from '../conn/request-channel.js';

// Held for good: a channel that nobody holds may be collected, and made anew under the same name.
const start = channel('tracing:sluice:request:start');
const end = channel('tracing:sluice:request:end');
const asyncStart = channel('tracing:sluice:request:asyncStart');
const asyncEnd = channel('tracing:sluice:request:asyncEnd');
const error = channel('tracing:sluice:request:error');

/** One for all servers of the process. */
export const requestChannel: RequestChannel = {
  get hasSubscribers() {
    return (
      start.hasSubscribers ||
      end.hasSubscribers ||
      asyncStart.hasSubscribers ||
      asyncEnd.hasSubscribers ||
      error.hasSubscribers
    );
  },
  start: (message, call) => start.runStores(message, call),
  end: (message) => end.publish(message),
  asyncStart: (message) => asyncStart.publish(message),
  asyncEnd: (message) => asyncEnd.publish(message),
  error: (message) => error.publish(message),
};
