// The raw side of a tunnel: bytes both ways, and nothing of streams. The connection implements the port.
// Whoever uses the tunnel, web streams or a Duplex, implements the sink.

/** One end of an open tunnel. */
export interface TunnelPort {
  /**
   * The next bytes if they have come, `undefined` at the peer's FIN. `null` if they must be awaited: the
   * sink's `onRead` then gets the answer. The memory of the bytes is the caller's.
   */
  read(): Uint8Array | undefined | null;
  /**
   * Writes bytes. A string is latin1. Without effect after `end`, `leave` or the end of the connection.
   *
   * @returns True if nothing that was written waits any more. False: the sink's `onFlushed` says when.
   * Until then, the bytes must not change.
   */
  write(bytes: Uint8Array | string): boolean;
  /** The same as a `write` of each, in one call of the operating system where that can be. */
  writeAll(pieces: readonly (Uint8Array | string)[]): boolean;
  /** Sends FIN behind all that was written. Reading goes on. */
  end(): void;
  /**
   * The sink hears nothing more. What was written is still sent, then FIN. What comes is discarded. The
   * connection ends with the peer's FIN, or by the limits of a lingering close.
   */
  leave(): void;
  /** Resets the connection. The sink's `onClose` gets `error`. */
  destroy(error?: unknown): void;
  /** Bytes that were written and that the operating system has not taken. */
  readonly unflushedBytes: number;
  /** The connection is over. Bytes that came before may still be read. */
  readonly closed: boolean;
}

/** Who uses a tunnel. Its methods may call the port. */
export interface TunnelSink {
  /** The answer to a `read` that gave `null`: bytes, or `undefined` at the peer's FIN. */
  onRead(bytes: Uint8Array | undefined): void;
  /** All that was written has left. Told after a `write` that gave false, and after `end`. */
  onFlushed(): void;
  /**
   * The connection is over. No other call follows.
   *
   * @param error why it was cut; undefined if both sides have sent FIN, and all that was written has left
   */
  onClose(error: unknown): void;
}
