// A standard Response tells nobody how long its content is, not even where it was made of a string:
// all that can be had is its stream. What the stream gives before anything else can happen is read
// here, before the head is written. If that is all, the response has a Content-Length and leaves in
// one write. If it isn't, the content is sent as a stream, and was delayed by no event.

import { chunkBytes, iteratorOf, unfitChunk } from '../reply/body-source.js';

/** All content of a stream, or the rest of it with what came first. */
export type EarlyContent = Uint8Array | AsyncIterable<Uint8Array | string>;

type Chunk = Uint8Array | string;
type Result = IteratorResult<Chunk>;
type Chunks = AsyncIterableIterator<Chunk>;

/**
 * For so many microtasks an answer is waited for. The platform's own streams of a string, of bytes or
 * of a form answer within 1 to 6, by the version of Node.
 */
const MICROTASKS_MAX = 8;
/** One chunk may be longer: its memory is there already. */
const AHEAD_BYTES_MAX = 64 * 1024;
/** Also of empty chunks, and of those of a stream that is never at its end. */
const AHEAD_CHUNKS_MAX = 64;

/** Rejects where the stream fails before anything of it was sent. */
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
      // The chunk is what is wrong; that it could not be cancelled either would hide it.
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

/** One read, and whether it was answered. */
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

/** The chunks that came first, then what the iterator gives. */
class Rest implements AsyncIterableIterator<Chunk> {
  readonly #iterator: Chunks;
  readonly #chunks: Uint8Array[];
  /** Asked for already. */
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
