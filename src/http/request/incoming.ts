// What a request needs of its connection. The connection implements it; nothing
// in this folder knows how.

import type { Origin, RequestHead } from './request-head.js';

/** Takes content chunk by chunk. A chunk's memory is lent to it for the call. */
export interface ChunkTaker {
  add(chunk: Uint8Array): void;
  /** Memory that it keeps for the content. */
  readonly heldBytes: number;
  /** How many of `bytes` more there is memory for. */
  roomFor(bytes: number): number;
}

/** The content of one request, taken chunk by chunk, by one reader at a time. */
export interface IncomingBody {
  /** The next chunk, `undefined` at the end. Rejects with a `BodyError`. Not called again before it is settled. */
  read(): Promise<Uint8Array | undefined>;
  /** The next chunk if it is there, `undefined` at the end, `null` if it must be awaited. Never throws. */
  readNow?(): Uint8Array | undefined | null;
  /**
   * Gives `taker` all that was not read, as it comes; settles at the end, or rejects as `read`
   * does. Nothing else is called before.
   */
  readEach?(taker: ChunkTaker): Promise<unknown>;
  /** Exactly so many bytes to put the content into, alone in their ArrayBuffer, with whatever was in them before. */
  makeMemory?(bytes: number): Uint8Array<ArrayBuffer>;
  /**
   * Whether the memory of all connections has room for so many bytes more.
   *
   * @param isAll With these all of the content is claimed. Else nobody knows how much more will be.
   */
  memoryFits?(bytes: number, isAll: boolean): boolean;
  /** All that is read from now on is kept until the request is over. */
  countAllRead?(): void;
  /** Bytes of content that were declared; −1 or nothing where nobody knows. */
  readonly declaredBytes?: number;
  /** The handler wants no more of it. */
  cancel(reason: unknown): void;
  /**
   * All chunks, if the whole content is here and none was read. Whoever takes
   * them reads nothing else; looking at the property takes nothing.
   */
  readonly complete: readonly Uint8Array[] | undefined;
}

/** One request, as its connection knows it. */
export interface Incoming extends Origin {
  /** The head as strings. The same one at each call. */
  readonly requestHead: RequestHead;
  /** `null` where the request has no content. */
  readonly body: IncomingBody | null;
  /** Aborts when the peer goes, at the deadline, at a drain. The same one at each call. */
  signal(): AbortSignal;
}
