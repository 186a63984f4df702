// The interface that a request needs from its connection. The connection implements it. Nothing in
// this folder knows how.

import type { Origin, RequestHead } from './request-head.js';

/** Takes content chunk by chunk. It may use the memory of a chunk only during the call. */
export interface ChunkTaker {
  add(chunk: Uint8Array): void;
  /** The memory that it holds for the content. */
  readonly heldBytes: number;
  /** The number of bytes, up to `bytes`, for which there is memory. */
  roomFor(bytes: number): number;
}

/** The content of one request, taken chunk by chunk, by one reader at a time. */
export interface IncomingBody {
  /**
   * The next chunk, `undefined` at the end. Rejects with a `BodyError`. Must not be called again
   * before it settles.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * The next chunk if it has come, `undefined` at the end, `null` if it must be awaited. Never
   * throws.
   */
  readNow?(): Uint8Array | undefined | null;
  /**
   * Gives all unread content to `taker`, as it comes. Settles at the end, or rejects as `read`
   * does. No other method may be called before that.
   */
  readEach?(taker: ChunkTaker): Promise<unknown>;
  /** Makes memory of exactly `bytes` bytes, alone in its ArrayBuffer. Old bytes may stand in it. */
  makeMemory?(bytes: number): Uint8Array<ArrayBuffer>;
  /**
   * Says whether the memory of all connections has room for `bytes` more.
   *
   * @param isAll True if the content needs no more than these bytes. False if its length is
   * unknown.
   */
  memoryFits?(bytes: number, isAll: boolean): boolean;
  /** From now on, all content that is read counts as held until the request ends. */
  countAllRead?(): void;
  /** The declared length of the content; −1 or undefined without one. */
  readonly declaredBytes?: number;
  /** The handler reads no more of the content. */
  cancel(reason: unknown): void;
  /**
   * All the content, if it has come and none was read. It may be used only until control returns to the connection.
   * Reading the property takes nothing.
   */
  readonly complete: Uint8Array | undefined;
  /** Takes what `complete` gives, in memory of its own. After that, no method gives any content. */
  takeBytes?(): Uint8Array<ArrayBuffer> | undefined;
  /** As `takeBytes`, decoded as UTF-8 without its byte order mark. */
  takeText?(): string | undefined;
}

/** One request, as its connection sees it. */
export interface Incoming {
  /** Where the request came from. The same at each call. */
  readonly origin: Origin;
  /** The head as strings. The same object at each call. */
  readonly requestHead: RequestHead;
  /** `null` where the request has no content. */
  readonly body: IncomingBody | null;
  /**
   * Aborts when the client leaves, at the deadline, or at the end of the grace of `close()`. The
   * same signal at each call.
   */
  signal(): AbortSignal;
}
