// Writes a line for each request. The line is written at the end of the exchange, so that it can
// say whether the reply arrived. A request that is refused before its handler runs has a line too.

import {
  type Answer,
  BodyError,
  type FaultReport,
  type FetchHandler,
  Reply,
  type ServerOptions,
} from '../index.js';
import { formatExchange, formatRefusal } from './log-line.js';

/** The options, extended by a line for each request. */
export function logRequests(
  options: ServerOptions,
  now: () => number,
  line: (text: string) => void,
): ServerOptions {
  const { onFault, observer } = options;
  const tellOfFault = (fault: FaultReport): void => {
    line(formatRefusal(now(), fault.status, fault.text));
    onFault?.(fault);
  };
  return {
    ...options,
    fetch: logExchanges(options.fetch, now, line),
    // A value that is no function stays: createServer refuses it.
    onFault: onFault === undefined || typeof onFault === 'function' ? tellOfFault : onFault,
    // A module with its own observer gets these events itself.
    observer: observer ?? {
      requestRefused: ({ reason }) => {
        // `onFault` has told of a fault.
        if (!reason.startsWith('SLUICE_FAULT_')) line(formatRefusal(now(), 503, reason));
      },
    },
  };
}

/** `fetch` with a line for each call. A reply that is given synchronously stays synchronous. */
function logExchanges(
  fetch: FetchHandler,
  now: () => number,
  line: (text: string) => void,
): FetchHandler {
  return (request, context) => {
    const startedAt = now();
    const { method } = request;
    const { target } = context;
    let status = 500; // The status if the handler throws.
    let bytes: number | undefined;
    const answered = (answer: unknown): Answer => {
      // A value that is no answer stays: the server reports the mistake.
      if (!isAnswer(answer)) {
        // Only a handler that has upgraded may give nothing.
        if (answer === undefined && request.headers.has('upgrade')) status = 101;
        return answer as Answer;
      }
      status = answer.status;
      bytes = bytesOf(answer, method);
      return answer;
    };
    const threw = (error: unknown): never => {
      status = statusOf(error);
      throw error;
    };
    void context.completed.then(({ delivered, reason }) => {
      const failure = delivered ? undefined : (reason ?? 'unknown');
      line(formatExchange({ method, target, startedAt, endedAt: now(), status, bytes, failure }));
    });
    try {
      const answer = fetch(request, context);
      // A foreign `then` may call back twice, or throw. A promise calls it once.
      if (isThenable(answer)) return Promise.resolve(answer).then(answered, threw);
      return answered(answer);
    } catch (error) {
      return threw(error);
    }
  };
}

/** The boundary to untyped code: a handler may give any value. */
function isAnswer(answer: unknown): answer is Answer {
  if (answer instanceof Reply) return true;
  if (typeof answer !== 'object' || answer === null || !('headers' in answer)) return false;
  return 'status' in answer && typeof answer.status === 'number';
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'then' in answer && typeof answer.then === 'function';
}

/** A body that can't be read has a status of its own (400, 408, 413 or 503). */
function statusOf(error: unknown): number {
  return BodyError.is(error) ? error.status : 500;
}

/** The declared bytes of content. */
function bytesOf(answer: Answer, method: string): number | undefined {
  if (method === 'HEAD' || answer.status === 204 || answer.status === 304) return 0;
  if (answer instanceof Reply) {
    // -1 is a stream, -2 is no content.
    return answer.length === -1 ? undefined : Math.max(answer.length, 0);
  }
  if (answer.body === null) return 0;
  const declared = answer.headers.get('content-length');
  return declared === null ? undefined : Number(declared);
}
