// What an application gives: a function that answers a request.

import type { Reply } from '../../http/reply/reply.js';
import type { RequestContext } from './context.js';

export type Answer = Reply | Response;

/** Answers a request. After `context.upgrade()`, it may give nothing. */
export type FetchHandler = (
  request: Request,
  context: RequestContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: an async one may give a reply or nothing.
) => Answer | undefined | void | PromiseLike<Answer | undefined | void>;
