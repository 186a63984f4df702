// What finds the limit: told of each handler that is done, it says how many may run at once. It
// has no clock and no timer; all it learns comes with the samples.

/** One object serves all samples: an algorithm copies what it keeps. */
export interface Sample {
  /** When the handler started. */
  startedAt: number;
  /** Its own time, without the waits for its peer. */
  durationMs: number;
  /** How many ran when it ended, itself among them. */
  inFlight: number;
  /** It timed out, or was dropped further on: a sign of overload by itself. */
  dropped: boolean;
  now: number;
  /** Requests offered so far, and those among them that found the limit reached. */
  arrivals: number;
  blocked: number;
}

export interface LimitAlgorithm {
  /** Handlers that may run at once: an integer of at least 1. Written to begin again from there. */
  limit: number;
  /** False where samples change nothing and need not be given. */
  readonly learns: boolean;
  sample(sample: Readonly<Sample>): void;
}
