// One way to pull the content of a reply, whatever it was given as. A source is
// finished, `return()`ed or cancelled exactly once, and never started before the
// first `next()`.

import { bytesOf, isReadableStream } from './bytes-of.js';
import { describe } from './describe.js';
import { ReplyError } from './reply-error.js';

/** What a streamed body may be given as. */
export type StreamedBody =
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

export interface BodySource {
  /**
   * The next chunk, never an empty one (as a chunk of the chunked coding that
   * would be the last); `undefined` at the end. Rejects with the handler's error,
   * or a TypeError for a chunk that is neither; the source is closed then. Not
   * called again before it is settled; never throws.
   */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Gives the source up: no more of it will be read. Without effect once it has
   * ended. What fails in the handler's clean-up goes to `onError`.
   */
  close(reason?: unknown, onError?: (error: unknown) => void): void;
}

/** @throws ReplyError where a stream is locked: somebody else reads it. */
export function openBody(body: StreamedBody): BodySource {
  if (isReadableStream(body)) {
    if (body.locked) {
      throw new ReplyError('SLUICE_REPLY_BODY_USED', 'the stream that is the body is locked');
    }
    return new AsyncSource(iteratorOf(body));
  }
  if (Symbol.asyncIterator in body) return new AsyncSource(body);
  return new SyncSource(body);
}

/** Locks the stream; `return()` cancels it. */
export function iteratorOf(
  stream: ReadableStream<Uint8Array | string>,
): AsyncIterableIterator<Uint8Array | string> {
  // A request's stream has an iterator of its own, which costs much less than a reader.
  const direct = Object.hasOwn(stream, Symbol.asyncIterator);
  return direct ? stream.values() : new StreamIterator(stream);
}

/** A whole body that is to be sent as a stream: in one chunk. */
export function openWhole(bytes: Uint8Array): BodySource {
  return new SyncSource([bytes]);
}

/** A stream's reader as an iterator: `return()` cancels the stream. */
class StreamIterator implements AsyncIterableIterator<Uint8Array | string> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array | string>;

  constructor(stream: ReadableStream<Uint8Array | string>) {
    this.#reader = stream.getReader();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array | string>> {
    // Boundary: a ReadableStreamReadResult is an IteratorResult by another name.
    return this.#reader.read() as Promise<IteratorResult<Uint8Array | string>>;
  }

  async return(reason?: unknown): Promise<IteratorResult<Uint8Array | string>> {
    await this.#reader.cancel(reason);
    return { done: true, value: undefined };
  }
}

class AsyncSource implements BodySource {
  readonly #body: AsyncIterable<Uint8Array | string>;
  #iterator: AsyncIterator<Uint8Array | string> | undefined;
  #over: boolean;

  constructor(body: AsyncIterable<Uint8Array | string>) {
    this.#body = body;
    this.#iterator = undefined;
    this.#over = false;
  }

  async next(): Promise<Uint8Array | undefined> {
    while (!this.#over) {
      let result: IteratorResult<Uint8Array | string>;
      try {
        if (this.#iterator === undefined) this.#iterator = this.#body[Symbol.asyncIterator]();
        result = await this.#iterator.next();
      } catch (error) {
        this.#over = true;
        throw error;
      }
      if (this.#over) break;
      if (result.done === true) {
        this.#over = true;
        break;
      }
      const bytes = chunkBytes(result.value);
      if (bytes === undefined) throw closedOver(this, result.value);
      if (bytes.length > 0) return bytes;
    }
    return undefined;
  }

  close(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    const ended =
      this.#iterator === undefined
        ? endUnstarted(this.#body, reason)
        : endStarted(this.#iterator, this.#body, reason);
    ended.catch(onError ?? ignore);
  }
}

class SyncSource implements BodySource {
  readonly #body: Iterable<Uint8Array | string>;
  #iterator: Iterator<Uint8Array | string> | undefined;
  #over: boolean;

  constructor(body: Iterable<Uint8Array | string>) {
    this.#body = body;
    this.#iterator = undefined;
    this.#over = false;
  }

  next(): Uint8Array | undefined | Promise<undefined> {
    while (!this.#over) {
      let result: IteratorResult<Uint8Array | string>;
      try {
        if (this.#iterator === undefined) this.#iterator = this.#body[Symbol.iterator]();
        result = this.#iterator.next();
      } catch (error) {
        this.#over = true;
        return Promise.reject(error);
      }
      if (result.done === true) {
        this.#over = true;
        break;
      }
      const bytes = chunkBytes(result.value);
      if (bytes === undefined) return Promise.reject(closedOver(this, result.value));
      if (bytes.length > 0) return bytes;
    }
    return undefined;
  }

  close(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    const end = this.#iterator === undefined ? endUnstarted : endIterator;
    end(this.#iterator ?? this.#body, reason).catch(onError ?? ignore);
  }
}

async function endIterator(iterator: object, reason: unknown): Promise<void> {
  if ('return' in iterator && typeof iterator.return === 'function') await iterator.return(reason);
}

/** Ends what was begun. A Node stream's iterator is a generator: while it waits for a chunk it hears no `return()`. */
async function endStarted(iterator: object, body: object, reason: unknown): Promise<void> {
  const ended = endIterator(iterator, reason);
  if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  await ended;
}

/**
 * Ends what was never begun. A Node stream is destroyed: its iterator's
 * `return()` would leave its file open. A generator is its own iterator and is
 * returned. Of any other iterable nothing was opened, and nothing is to be closed.
 */
async function endUnstarted(body: object, reason: unknown): Promise<void> {
  if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  else if ('next' in body) await endIterator(body, reason);
}

/** Nobody asked to be told; the content is given up either way. */
function ignore(): void {}

/** A chunk as bytes; `undefined` where it can't be sent. */
export function chunkBytes(chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : bytesOf(chunk);
}

export function unfitChunk(chunk: unknown): ReplyError {
  return new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `a body's chunk must be a string or a Uint8Array; got ${describe(chunk)}`,
  );
}

/** Closes `source` over a chunk that can't be sent, and says so. */
function closedOver(source: BodySource, chunk: unknown): ReplyError {
  const error = unfitChunk(chunk);
  source.close(error);
  return error;
}
