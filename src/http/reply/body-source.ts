// One way to pull the content of a reply, whatever it was given as. A source is
// finished, `return()`ed or cancelled exactly once, and never started before the
// first `next()`.

import { describe } from '../describe.js';
import { rejectionOf } from '../thenable.js';
import type { AsyncScope } from './async-scope.js';
import { bytesOf, isReadableStream } from './bytes-of.js';
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
export function openBody(body: StreamedBody, scope?: AsyncScope): BodySource {
  if (isReadableStream(body)) {
    if (body.locked) {
      throw new ReplyError('SLUICE_REPLY_BODY_USED', 'the stream that is the body is locked');
    }
    return new AsyncSource(iteratorOf(body), scope);
  }
  if (Symbol.asyncIterator in body) return new AsyncSource(body, scope);
  return new SyncSource(body, scope);
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
  return new SyncSource([bytes], undefined);
}

type AsyncIteratorOfBody = AsyncIterator<Uint8Array | string>;
type IteratorOfBody = Iterator<Uint8Array | string>;

function askNext<Of extends AsyncIteratorOfBody | IteratorOfBody>(
  this: Of,
): ReturnType<Of['next']> {
  // Boundary: the compiler doesn't see that it is the method's own result.
  return this.next() as ReturnType<Of['next']>;
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
  readonly #scope: AsyncScope | undefined;
  #iterator: AsyncIterator<Uint8Array | string> | undefined;
  #over: boolean;

  constructor(body: AsyncIterable<Uint8Array | string>, scope: AsyncScope | undefined) {
    this.#body = body;
    this.#scope = scope;
    this.#iterator = undefined;
    this.#over = false;
  }

  async next(): Promise<Uint8Array | undefined> {
    while (!this.#over) {
      let chunk: unknown;
      let bytes: Uint8Array | undefined;
      try {
        if (this.#iterator === undefined) this.#iterator = this.#body[Symbol.asyncIterator]();
        // Whatever `next` gives, a `then` of it is called once, and may throw.
        const scope = this.#scope;
        const result = await (scope === undefined
          ? this.#iterator.next()
          : scope.runInAsyncScope(askNext<AsyncIteratorOfBody>, this.#iterator));
        if (this.#over) break;
        if (result.done === true) {
          this.#over = true;
          break;
        }
        chunk = result.value;
        bytes = chunkBytes(chunk);
      } catch (error) {
        this.#over = true;
        throw error;
      }
      if (bytes === undefined) throw closedOver(this, chunk);
      if (bytes.length > 0) return bytes;
    }
    return undefined;
  }

  close(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    endBody(this.#body, this.#iterator, reason, onError);
  }
}

class SyncSource implements BodySource {
  readonly #body: Iterable<Uint8Array | string>;
  readonly #scope: AsyncScope | undefined;
  #iterator: Iterator<Uint8Array | string> | undefined;
  #over: boolean;

  constructor(body: Iterable<Uint8Array | string>, scope: AsyncScope | undefined) {
    this.#body = body;
    this.#scope = scope;
    this.#iterator = undefined;
    this.#over = false;
  }

  next(): Uint8Array | undefined | Promise<undefined> {
    while (!this.#over) {
      let chunk: unknown;
      let bytes: Uint8Array | undefined;
      try {
        if (this.#iterator === undefined) this.#iterator = this.#body[Symbol.iterator]();
        const scope = this.#scope;
        const result =
          scope === undefined
            ? this.#iterator.next()
            : scope.runInAsyncScope(askNext<IteratorOfBody>, this.#iterator);
        if (result.done === true) {
          this.#over = true;
          break;
        }
        chunk = result.value;
        bytes = chunkBytes(chunk);
      } catch (error) {
        this.#over = true;
        return Promise.reject(error);
      }
      if (bytes === undefined) return Promise.reject(closedOver(this, chunk));
      if (bytes.length > 0) return bytes;
    }
    return undefined;
  }

  close(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    endBody(this.#body, this.#iterator, reason, onError);
  }
}

/**
 * Ends a body that was begun, or never will be. Nothing that it throws or rejects with goes anywhere
 * but to `onError`, and nobody waits for it.
 */
function endBody(
  body: object,
  iterator: object | undefined,
  reason: unknown,
  onError: ((error: unknown) => void) | undefined,
): void {
  endNow(body, iterator, reason, onError ?? ignore).catch(onError ?? ignore);
}

async function endNow(
  body: object,
  iterator: object | undefined,
  reason: unknown,
  onError: (error: unknown) => void,
): Promise<void> {
  // A Node stream, begun or not. Its iterator's `return()` would leave its file open where nothing was
  // read yet, and would wait for the next chunk where one is awaited.
  if ('destroy' in body && typeof body.destroy === 'function') {
    hearErrors(body, onError);
    await body.destroy();
  } else if (iterator !== undefined) await endIterator(iterator, reason);
  // A generator is its own iterator. Of any other iterable nothing was opened, and nothing is to be closed.
  else if ('next' in body) await endIterator(body, reason);
}

/**
 * From now on a Node stream's errors end nobody's process. One that was never begun has nobody else who
 * listens, and fails when it likes: a file that does not exist is found missing after its reply was made.
 */
export function hearErrors(body: object, onError: (error: unknown) => void): void {
  if ('on' in body && typeof body.on === 'function' && 'destroy' in body) body.on('error', onError);
}

async function endIterator(iterator: object, reason: unknown): Promise<void> {
  if ('return' in iterator && typeof iterator.return === 'function') await iterator.return(reason);
}

/** Nobody asked to be told; the content is given up either way. */
function ignore(): void {}

/** A chunk as bytes; `undefined` where it can't be sent. */
export function chunkBytes(chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : bytesOf(chunk);
}

/** Closes `source` over a chunk that can't be sent, and says so. */
function closedOver(source: BodySource, chunk: unknown): unknown {
  const error = unfitChunk(chunk);
  source.close(error);
  return error;
}

export function unfitChunk(chunk: unknown): unknown {
  try {
    // A promise, for one, that should have been awaited: it may reject, and nobody else has it.
    rejectionOf(chunk, ignore);
    return new ReplyError(
      'SLUICE_REPLY_BODY_INVALID',
      `a body's chunk must be a string or a Uint8Array; got ${describe(chunk)}`,
    );
  } catch (error) {
    return error;
  }
}
