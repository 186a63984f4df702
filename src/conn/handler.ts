// What an application gives: a function that answers a request.

import type { Reply } from '../http/reply/reply.js';
import type { RequestContext } from './context.js';

export type Answer = Reply | Response;

/** Answers a request. */
export type FetchHandler = (
  request: Request,
  context: RequestContext,
) => Answer | PromiseLike<Answer>;
