// The events of a connection, and the actions of its driver. The driver classifies what happens as one
// of these events. The tables decide what follows.

export const EVENTS = [
  // From the peer, through the parser.
  /** The first byte of a request line came, but not the whole head. */
  'headStart',
  /** A head is complete and no content follows it. */
  'requestBare',
  /** A head is complete; its content is short, and is collected first. */
  'requestGathered',
  /** A head is complete; the handler pulls its content. */
  'requestStreamed',
  /** The content is complete, with its trailers. */
  'contentEnd',
  /** The peer broke a rule, or was too slow, within a message. */
  'fault',
  /** FIN between messages, or when nothing more was expected. */
  'fin',
  /** FIN within a message. */
  'finEarly',
  /** The transport failed. */
  'reset',
  // From the limiter.
  /** The limiter has a slot: the request may run. */
  'admitted',
  /** The limiter has no slot in time: the request is refused. */
  'refused',
  /** The peer of a queued request has left. */
  'gone',
  // From the handler.
  /** A reply that can be written at once. */
  'replyWhole',
  /** A reply whose content is pulled piece by piece. */
  'replyStream',
  /** The last piece of a streamed reply was given to the transport. */
  'streamEnd',
  /** This request is the last of its connection. */
  'closeAfter',
  /** The handler has made a tunnel of the connection: all further bytes are the tunnel's. */
  'upgraded',
  /** Nothing more is written to the tunnel. */
  'tunnelEnd',
  /** Nobody reads or writes the tunnel any more. */
  'tunnelLeft',
  // From the transport and the clocks.
  /** The response was sent. If the connection persists, a short backlog is enough. */
  'flushed',
  /** No head came within `keepAliveMs`. */
  'idleTimeout',
  /** The unread content is larger than `drainBytesMax`. */
  'drainLimit',
  /** Nobody reads the content, and the peer's FIN may lie behind it. The response is silent. */
  'contentUnread',
  /** Discarding has reached a limit: `lingerMs`, `lingerMsMax` or `lingerBytesMax`. */
  'lingerOver',
  /** The connection must be reset: a reply can't be finished, a write stalls, or the server cuts it off. */
  'cut',
] as const;
export type Event = (typeof EVENTS)[number];

export const ACTIONS = [
  /** Offer the request to the limiter. */
  'offer',
  /** Collect the content before the request is offered. */
  'gather',
  /** Run the handler. */
  'dispatch',
  /** Take the request out of the limiter's queue, and write the response of the fault. */
  'withdraw',
  /** Write the response of the fault. */
  'answerFault',
  /** Write a 503: the limiter refused the request. */
  'answerRefusal',
  /** Tell the reader of the content that the rest will not come. */
  'failContent',
  /** Tell the reader of the content, should it ever come, that the content was given up. */
  'abandonContent',
  /** Read to the end of the message, and drop the content. */
  'drain',
  /** The exchange is over: begin the next request. */
  'restart',
  /** Send FIN, and discard the bytes that still come. */
  'linger',
  /** Send FIN. The bytes that still come are the tunnel's. */
  'halfClose',
  /** Close the transport: all bytes were sent. */
  'close',
  /** Reset the transport: the response is not complete. */
  'reset',
  /** The transport is gone: release everything. */
  'forget',
] as const;
export type Action = (typeof ACTIONS)[number];
