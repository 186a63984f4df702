// The options of a simulated connection.

/** One direction of a simulated connection. */
export interface PipeOptions {
  /** The time that a byte is on the way, in milliseconds. Default 1. */
  readonly latencyMs: number;
  /** The maximum random addition to that time. The order of bytes stays. Default 0. */
  readonly jitterMs: number;
  /**
   * How the stream is cut into segments: as large as possible, of random sizes, or of one byte.
   * Each segment is read alone, unless it is coalesced or the reader is paused. Default 'whole'.
   */
  readonly split: 'whole' | 'random' | 'bytes';
  /** The largest segment, in bytes. Default 65,536. */
  readonly segmentBytesMax: number;
  /**
   * The probability that a segment waits up to one latency, to be read together with others.
   * Default 0.
   */
  readonly coalesceChance: number;
  /** The most bytes of one `onBytes`. Default 65,536. */
  readonly readBytesMax: number;
  /**
   * Bytes that the sender's system holds until they arrive. Further bytes are unflushed. Default
   * 65,536.
   */
  readonly sendBufferBytes: number;
  /**
   * Bytes that the receiver's system holds until they are read, with those on the way. Default
   * 65,536.
   */
  readonly receiveBufferBytes: number;
  /** The delay before the sender is told that everything is flushed; Infinity: never. Default 0. */
  readonly flushDelayMs: number;
  /** The connection breaks, for both ends, after this many bytes have arrived. Default Infinity. */
  readonly cutAfterBytes: number;
  /**
   * The probability that a reset is seen at once and discards unread bytes. Otherwise the reset
   * comes after the unread bytes, and waits during a pause. Default 0.
   */
  readonly resetDiscardsChance: number;
  /**
   * The probability that a reset after unread bytes is first seen as a FIN, and as a reset at the
   * next write. Node 20 and 22 do so. Default 0.
   */
  readonly resetAsFinChance: number;
}

/** Both directions of a simulated connection. */
export interface LinkOptions extends Partial<PipeOptions> {
  /** Options that differ for bytes from client to server. */
  readonly toServer?: Partial<PipeOptions>;
  /** Options that differ for bytes from server to client. */
  readonly toClient?: Partial<PipeOptions>;
}

export const pipeDefaults: PipeOptions = {
  latencyMs: 1,
  jitterMs: 0,
  split: 'whole',
  segmentBytesMax: 65_536,
  coalesceChance: 0,
  readBytesMax: 65_536,
  sendBufferBytes: 65_536,
  receiveBufferBytes: 65_536,
  flushDelayMs: 0,
  cutAfterBytes: Infinity,
  resetDiscardsChance: 0,
  resetAsFinChance: 0,
};
