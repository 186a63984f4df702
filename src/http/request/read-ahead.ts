// A standard Response does not tell the length of its content, even if it was made from a string.
// It only has a stream. This file reads the chunks that the stream gives without delay, before the
// head is written. If the stream ends in that time, the response has a Content-Length and is sent
// in one write. Otherwise the content is sent as a stream, and no event has delayed it.

import { iteratorOf, unfitChunk } from '../reply/body-source.js';
import { chunkBytes } from '../reply/bytes-of.js';

/** All content of a stream, or its first chunks followed by the rest. */
export type EarlyContent = Uint8Array | AsyncIterable<Uint8Array | string>;

type Chunk = Uint8Array | string;
type Result = IteratorResult<Chunk>;
type Chunks = AsyncIterableIterator<Chunk>;

/**
 * The number of microtasks to wait for a chunk. The platform's own streams of a string, of bytes or
 * of a form need 1 to 6, depending on the version of Node.
 */
const MICROTASKS_MAX = 8;
/**
 * The limit for several chunks together. A single chunk may be longer: its memory exists already.
 */
const AHEAD_BYTES_MAX = 64 * 1024;
/** This bound also counts empty chunks, and stops at streams that never end. */
const AHEAD_CHUNKS_MAX = 64;

/** Rejects if the stream fails before any of it was sent. */
export async function readAhead(stream: ReadableStream<Chunk>): Promise<EarlyContent> {
  const iterator = iteratorOf(stream);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const asked = new Asked(iterator);
    for (let i = 0; i < MICROTASKS_MAX && !asked.settled; i++) await undefined;
    if (asked.failed) throw asked.error;
    const { result } = asked;
    if (result === undefined) return new Rest(iterator, chunks, asked.promise);
    if (result.done === true) return joined(chunks, bytes);
    const chunk = chunkBytes(result.value);
    if (chunk === undefined) {
      const error = unfitChunk(result.value);
      // The chunk is the error to report. A failing cancellation would hide it.
      iterator.return?.(error).catch(() => undefined);
      throw error;
    }
    chunks.push(chunk);
    bytes += chunk.length;
    if (chunks.length === AHEAD_CHUNKS_MAX || (chunks.length > 1 && bytes > AHEAD_BYTES_MAX)) {
      return new Rest(iterator, chunks, undefined);
    }
  }
}

/** One read of the iterator, and its result if there is one. */
class Asked {
  readonly promise: Promise<Result>;
  settled: boolean;
  failed: boolean;
  result: Result | undefined;
  error: unknown;

  constructor(iterator: Chunks) {
    this.settled = false;
    this.failed = false;
    this.result = undefined;
    this.error = undefined;
    this.promise = iterator.next();
    this.promise.then(
      (result) => {
        this.settled = true;
        this.result = result;
      },
      (error: unknown) => {
        this.settled = true;
        this.failed = true;
        this.error = error;
      },
    );
  }
}

/** The first chunks, then the rest of the iterator. */
class Rest implements AsyncIterableIterator<Chunk> {
  readonly #iterator: Chunks;
  readonly #chunks: Uint8Array[];
  /** The read that is already under way. */
  #asked: Promise<Result> | undefined;

  constructor(iterator: Chunks, chunks: Uint8Array[], asked: Promise<Result> | undefined) {
    this.#iterator = iterator;
    this.#chunks = chunks;
    this.#asked = asked;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    const value = this.#chunks.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    const answer = this.#asked ?? this.#iterator.next();
    this.#asked = undefined;
    return answer;
  }

  async return(reason?: unknown): Promise<Result> {
    this.#chunks.length = 0;
    await this.#iterator.return?.(reason);
    return { done: true, value: undefined };
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
