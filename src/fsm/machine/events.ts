// What can happen to a connection, and what its driver can be ordered to do. The
// driver classifies what it sees into these events; the tables decide.

export const EVENTS = [
  // From the peer, by way of the parser.
  /** The first byte of a request line came, and not yet the whole head. */
  'headStart',
  /** A head is complete and no content follows it. */
  'requestBare',
  /** A head is complete; its content is short, and is collected before anything else. */
  'requestGathered',
  /** A head is complete; its content is for the handler to pull. */
  'requestStreamed',
  /** The content, with its trailers, is complete. */
  'contentEnd',
  /** The peer broke a rule, or was too slow, within a message. */
  'fault',
  /** FIN between messages, or when nothing more was wanted. */
  'fin',
  /** FIN within a message. */
  'finEarly',
  /** The transport broke. */
  'reset',
  // From the limiter.
  /** There is a slot: the request may run. */
  'admitted',
  /** There is none in time: the request is shed. */
  'refused',
  /** The peer of a queued request had left. */
  'gone',
  // From the handler.
  /** A reply that can be written at once. */
  'replyWhole',
  /** A reply whose content is pulled piece by piece. */
  'replyStream',
  /** The last piece of a streamed reply was handed over. */
  'streamEnd',
  /** This connection carries no further request after this one. */
  'closeAfter',
  // From the transport and the clocks.
  /** The response has left; or, while the connection persists, its backlog is short enough to go on. */
  'flushed',
  /** No head came in time. */
  'idleTimeout',
  /** Unread content outgrew what is worth reading. */
  'drainLimit',
  /** Discarding took long enough, or brought enough. */
  'lingerOver',
  /** The connection is to be broken off: a reply that can't be finished, a write that stalls, a forced close. */
  'cut',
] as const;
export type Event = (typeof EVENTS)[number];

export const ACTIONS = [
  /** Offer the request to the limiter. */
  'offer',
  /** Collect the content, then go on. */
  'gather',
  /** Run the handler. */
  'dispatch',
  /** Take the request back from the limiter's queue, and answer as for `answerFault`. */
  'withdraw',
  /** Write the response that the fault's row names. */
  'answerFault',
  /** Write the limiter's 503. */
  'answerRefusal',
  /** Tell whoever reads the content that the rest won't come. */
  'failContent',
  /** Read on without keeping, to the end of the message. */
  'drain',
  /** This exchange is over; go on to the next request. */
  'restart',
  /** Send FIN, and discard what still comes. */
  'linger',
  /** Close the transport: all was said. */
  'close',
  /** Reset the transport: what was said is not the whole. */
  'abort',
  /** The transport is gone: let go of everything. */
  'forget',
] as const;
export type Action = (typeof ACTIONS)[number];
