// Calls of handlers as tracers see them: the events of a tracing channel, in the order and with the meaning that
// `TracingChannel.tracePromise` of `node:diagnostics_channel` gives them. The channel itself is a port.

import { listen, promiseOf } from '../../options/thenable.js';
import type { RequestContext } from './context.js';
import type { Answer } from './handler.js';

/** What each event of `tracing:sluice:request` carries: always the same object for one request. */
export interface RequestMessage {
  readonly request: Request;
  readonly context: RequestContext;
  /** What the handler gave, from `asyncStart` on, or from `end` on if it gave no promise. */
  result?: Answer;
  /** What it threw, or with what its promise rejected. */
  error?: unknown;
}

/** A tracing channel. No method throws. */
export interface RequestChannel {
  /** Somebody listens to one of the events. */
  readonly hasSubscribers: boolean;
  /** Publishes `start`, and runs `call` in the stores that are bound to it. */
  start(message: RequestMessage, call: () => unknown): unknown;
  end(message: RequestMessage): void;
  /** The same around the settling of the handler's promise. */
  asyncStart(message: RequestMessage): void;
  asyncEnd(message: RequestMessage): void;
  error(message: RequestMessage): void;
}

/** Calls a handler and tells the channel of it. Gives and throws what the handler does. */
export function traced(
  channel: RequestChannel,
  message: RequestMessage,
  handler: (request: Request, context: RequestContext) => unknown,
): unknown {
  return channel.start(message, () => {
    try {
      const answer = handler(message.request, message.context);
      const promise = promiseOf(answer);
      if (promise === undefined) {
        message.result = answer as Answer;
        return answer;
      }
      listen(
        promise,
        (result) => {
          message.result = result as Answer;
          channel.asyncStart(message);
          channel.asyncEnd(message);
        },
        (error) => {
          message.error = error;
          channel.error(message);
          channel.asyncStart(message);
          channel.asyncEnd(message);
        },
      );
      return promise;
    } catch (error) {
      message.error = error;
      channel.error(message);
      throw error;
    } finally {
      channel.end(message);
    }
  });
}
