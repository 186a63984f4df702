// A line for each request. It is written when the exchange is over, so that it can say
// whether the reply arrived. What is turned away before any handler runs has a line too.

import {
  type Answer,
  BodyError,
  type FaultReport,
  type FetchHandler,
  Reply,
  type ServerOptions,
} from '../index.js';
import { formatExchange, formatRefusal } from './log-line.js';

/** The options with lines for what becomes of each request. */
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
    // What is no function stays, for createServer to refuse.
    onFault: onFault === undefined || typeof onFault === 'function' ? tellOfFault : onFault,
    // A module with an observer of its own is told itself.
    observer: observer ?? {
      requestRefused: (_connectionId, _requestId, reason) =>
        line(formatRefusal(now(), 503, reason)),
    },
  };
}

/** `fetch`, with a line for each call. A reply given at once is still given at once. */
function logExchanges(
  fetch: FetchHandler,
  now: () => number,
  line: (text: string) => void,
): FetchHandler {
  return (request, context) => {
    const startedAt = now();
    const { method } = request;
    const { target } = context;
    let status = 500; // What a throw becomes.
    let bytes: number | undefined;
    const answered = (answer: Answer): Answer => {
      // What is no answer goes on as it is: the server says what is wrong with it.
      if (!isAnswer(answer)) return answer;
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
      // A foreign `then` may call back twice, or throw: a promise hears it once.
      return isThenable(answer) ? Promise.resolve(answer).then(answered, threw) : answered(answer);
    } catch (error) {
      return threw(error);
    }
  };
}

/** The boundary to code that nobody has typed: a handler may give anything. */
function isAnswer(answer: unknown): answer is Answer {
  if (answer instanceof Reply) return true;
  if (typeof answer !== 'object' || answer === null || !('headers' in answer)) return false;
  return 'status' in answer && typeof answer.status === 'number';
}

function isThenable(answer: unknown): answer is PromiseLike<Answer> {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'then' in answer && typeof answer.then === 'function';
}

/** A body that can't be read has the status of what is wrong with it (400, 408, 413). */
function statusOf(error: unknown): number {
  return error instanceof BodyError ? error.status : 500;
}

/** The bytes of content that are announced. */
function bytesOf(answer: Answer, method: string): number | undefined {
  if (method === 'HEAD' || answer.status === 204 || answer.status === 304) return 0;
  if (answer instanceof Reply) {
    // Below 0 it is a stream (-1), or there is no content at all (-2).
    return answer.length === -1 ? undefined : Math.max(answer.length, 0);
  }
  if (answer.body === null) return 0;
  const declared = answer.headers.get('content-length');
  return declared === null ? undefined : Number(declared);
}
