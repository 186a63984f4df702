// What a simulated connection is like.

/** One direction of a simulated connection. */
export interface PipeOptions {
  /** How long a byte is on its way, in milliseconds. Default 1. */
  readonly latencyMs: number;
  /** Up to how much longer, by chance; the order stays. Default 0. */
  readonly jitterMs: number;
  /**
   * How the stream is cut into segments: as big as they may be, of random sizes,
   * or of one byte each. A segment is read by itself unless it is coalesced or
   * the reader is paused. Default 'whole'.
   */
  readonly split: 'whole' | 'random' | 'bytes';
  /** The most bytes a segment carries. Default 65,536. */
  readonly segmentBytesMax: number;
  /** The chance that a segment waits up to a latency for others to be read with it. Default 0. */
  readonly coalesceChance: number;
  /** The most bytes of one `onBytes`. Default 65,536. */
  readonly readBytesMax: number;
  /** Bytes that the sender's system takes until they have arrived. The rest is unflushed. Default 65,536. */
  readonly sendBufferBytes: number;
  /** Bytes that the receiver's system holds, with those on their way, until they are read. Default 65,536. */
  readonly receiveBufferBytes: number;
  /** How late the sender is told that all is flushed; Infinity: never. Default 0. */
  readonly flushDelayMs: number;
  /** The connection breaks, for both ends, once so many bytes have arrived. Default Infinity. */
  readonly cutAfterBytes: number;
  /**
   * The chance that a reset is told at once and throws away what the receiver
   * has not read. Otherwise it is told behind that, and waits out a pause. Default 0.
   */
  readonly resetDiscardsChance: number;
  /**
   * The chance that a reset behind unread bytes shows as a FIN first, and as a
   * reset at the next write, as Node 20 and 22 do it. Default 0.
   */
  readonly resetAsFinChance: number;
}

/** Both directions of a simulated connection. */
export interface LinkOptions extends Partial<PipeOptions> {
  /** What differs for bytes from client to server. */
  readonly toServer?: Partial<PipeOptions>;
  /** What differs for bytes from server to client. */
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
