// Everything that can be observed, as one interface. Each method is optional. A missing method
// costs nothing. An observer changes nothing.

/**
 * Watches a server. Its methods are called synchronously: they should be fast, and must not throw.
 */
export interface Observer {
  /** A connection was accepted. */
  connectionOpened?(connectionId: number): void;
  /**
   * A new connection was closed at once. `connections`: all places were taken. `descriptors`: the
   * process had almost no file descriptors left.
   */
  connectionRefused?(reason: string): void;
  /** A connection is gone; `state` is its last joint state. */
  connectionClosed?(connectionId: number, state: string): void;
  /** The joint machine changed its state. The numbers are states and events of `sluice/core`. */
  transition?(connectionId: number, from: number, event: number, to: number): void;
  /** A request was admitted. Its handler runs next. */
  requestStarted?(connectionId: number, requestId: number): void;
  /** The response was given to the transport. Without a response, `status` is 0. */
  requestCompleted?(connectionId: number, requestId: number, status: number): void;
  /** The limiter refused a request. */
  requestRefused?(connectionId: number, requestId: number, reason: string): void;
}
