// Why a request was given up. One word, the same in `request.signal`, in
// `context.completed` and in the metrics.

export const ABORT_REASONS = [
  /** The client sent FIN: it reads no more, or it has sent all it wanted to send. */
  'peerEnded',
  /** The connection was reset, or broke. */
  'peerReset',
  /** `deadline(head)`, or `limits.handlerMs`. */
  'deadline',
  /**
   * The server is closing. Event streams and handlers that wait on purpose hear it at the beginning of
   * `close()`, all others when its grace is over.
   */
  'drain',
  /** The client read too slowly, or not at all. */
  'writeStalled',
  /** Too much memory was held for all connections, and this one held most. */
  'memory',
  /** The reply's content failed, or did not have its length. */
  'replyFailed',
  /** The connection was closed by its owner. */
  'closed',
] as const;
export type AbortReason = (typeof ABORT_REASONS)[number];

const TEXTS: Readonly<Record<AbortReason, string>> = {
  peerEnded: 'the client ended the connection',
  peerReset: 'the connection was reset',
  deadline: 'the deadline passed',
  drain: 'the server is closing',
  writeStalled: 'the client stopped reading',
  memory: 'the server ran short of memory for its connections',
  replyFailed: 'the reply could not be finished',
  closed: 'the connection was closed',
};

/** What `request.signal.reason` is: an AbortError whose `reason` is the word. */
export class RequestAborted extends Error {
  override readonly name = 'AbortError';
  readonly code = 'SLUICE_REQUEST_ABORTED';
  readonly reason: AbortReason;
  /** Is looked for by its name alone: no trap of a Proxy that a handler threw is called for it. */
  readonly #own: boolean = true;

  constructor(reason: AbortReason) {
    super(`${reason}: ${TEXTS[reason]}`);
    this.reason = reason;
  }

  /** As `instanceof`, and never throws, whatever was thrown. @internal */
  static is(error: unknown): error is RequestAborted {
    return typeof error === 'object' && error !== null && #own in error;
  }
}

/**
 * Why a request was given up, if `error` is what its signal told: the signal's reason, or the AbortError that
 * functions of Node make of it. Undefined for any other error. Never throws.
 */
export function toldBySignal(error: unknown): AbortReason | undefined {
  if (RequestAborted.is(error)) return error.reason;
  try {
    if (!(error instanceof Error) || error.name !== 'AbortError') return undefined;
    return RequestAborted.is(error.cause) ? error.cause.reason : undefined;
  } catch {
    // It can't be looked at, so it is none of ours.
    return undefined;
  }
}
