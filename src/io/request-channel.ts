// The tracing channel `sluice:request` of node:diagnostics_channel.

import { channel } from 'node:diagnostics_channel';
import type { RequestChannel, RequestMessage } from '../conn/handler/request-channel.js';

// Held for good: a channel that nobody holds may be collected, and made anew under the same name.
const start = channel('tracing:sluice:request:start');
const end = channel('tracing:sluice:request:end');
const asyncStart = channel('tracing:sluice:request:asyncStart');
const asyncEnd = channel('tracing:sluice:request:asyncEnd');
const error = channel('tracing:sluice:request:error');

class ProcessChannel implements RequestChannel {
  /** Asked for each request. V8 inlines the getter of a class, and not that of an object literal. */
  get hasSubscribers(): boolean {
    return (
      start.hasSubscribers ||
      end.hasSubscribers ||
      asyncStart.hasSubscribers ||
      asyncEnd.hasSubscribers ||
      error.hasSubscribers
    );
  }

  start(message: RequestMessage, call: () => unknown): unknown {
    return start.runStores(message, call);
  }

  end(message: RequestMessage): void {
    end.publish(message);
  }

  asyncStart(message: RequestMessage): void {
    asyncStart.publish(message);
  }

  asyncEnd(message: RequestMessage): void {
    asyncEnd.publish(message);
  }

  error(message: RequestMessage): void {
    error.publish(message);
  }
}

/** One for all servers of the process. */
export const requestChannel: RequestChannel = new ProcessChannel();
