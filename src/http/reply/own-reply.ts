// How a Response that is not the platform's gives its reply itself, so that
// nobody has to make a stream of content that is there as a whole.

import type { Reply } from './reply.js';

/** The method by which it does. */
export const OWN_REPLY: unique symbol = Symbol('sluice.ownReply');

export interface OwnReply {
  /** @throws ReplyError where it can't be sent, as for any Response */
  [OWN_REPLY](): Reply;
}

export function hasOwnReply(value: unknown): value is OwnReply {
  return typeof value === 'object' && value !== null && OWN_REPLY in value;
}
