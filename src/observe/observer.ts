// What can be watched, as one interface. Every method may be left out, and what
// is left out costs nothing. Observers look; they decide nothing.

/** Something that watches a server. Called synchronously: be quick, and don't throw. */
export interface Observer {
  /** A connection was accepted. */
  connectionOpened?(connectionId: number): void;
  /** Somebody was closed at the door: all places were taken (`connections`), or hardly a descriptor was left (`descriptors`). */
  connectionRefused?(reason: string): void;
  /** It is gone; `state` is the joint state it ended in. */
  connectionClosed?(connectionId: number, state: string): void;
  /** The joint machine moved: state and event numbers of `sluice/core`. */
  transition?(connectionId: number, from: number, event: number, to: number): void;
  /** A request was admitted and its handler is about to run. */
  requestStarted?(connectionId: number, requestId: number): void;
  /** Its response is handed over, or never will be: then `status` is 0. */
  requestCompleted?(connectionId: number, requestId: number, status: number): void;
  /** The limiter turned a request away. */
  requestRefused?(connectionId: number, requestId: number, reason: string): void;
}
