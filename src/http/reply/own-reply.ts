// Lets a Response that is not the platform's give its Reply itself. Complete content then needs no
// stream.

import type { Reply } from './reply.js';

/** The name of the method that gives the Reply. */
export const OWN_REPLY: unique symbol = Symbol('sluice.ownReply');

export interface OwnReply {
  /** @throws ReplyError if it can't be sent, as for any Response */
  [OWN_REPLY](): Reply;
}

export function hasOwnReply(value: unknown): value is OwnReply {
  return typeof value === 'object' && value !== null && OWN_REPLY in value;
}
