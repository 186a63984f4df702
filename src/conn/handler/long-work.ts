// Requests without an end of their own: those that wait on purpose, event streams, and tunnels. When the server drains they
// are told at once, so that they can end; all others finish in peace.

import type { Reply } from '../../http/reply/reply.js';
import { ticketState } from '../../limiter/ticket.js';
import type { AbortReason } from './abort.js';

const EVENT_STREAM = /^content-type:[ \t]*text\/event-stream(?:[ \t]*;|\r?$)/im;

/** A request in progress, as a drain sees it. */
export interface DrainedRequest {
  /** Its place at the limiter. */
  readonly state: number;
  readonly body: { readonly awaited: boolean } | null;
  /** Its response was begun, and is an event stream. */
  readonly sendsEvents: boolean;
  /** It has made a tunnel of its connection. */
  readonly tunnel: unknown;
  abort(reason: AbortReason): void;
}

/** Whether a reply is an event stream; the slot it had is given back already. */
export function sendsEvents(reply: Reply): boolean {
  return reply.whole === undefined && EVENT_STREAM.test(reply.fields);
}

/** The server begins to drain. */
export function tellDrain(request: DrainedRequest): void {
  const isEndless = request.sendsEvents || request.tunnel !== undefined;
  if (isEndless || waitsOnPurpose(request)) request.abort('drain');
}

/** It said so, or was found to. Who waits for content holds no slot either. */
function waitsOnPurpose({ state, body }: DrainedRequest): boolean {
  return state === ticketState.parked || (state === ticketState.waiting && body?.awaited !== true);
}
