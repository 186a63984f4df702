// One way to pull the content of a reply, for all kinds of streamed bodies. A source ends exactly
// once: by its end, by `return()` or by cancellation. It never starts before the first `next()`.

import { shown } from '../../options/shown.js';
import { dropIfPromise, promiseOf, rejectionOf } from '../../options/thenable.js';
import { type AsyncScope, within } from './async-scope.js';
import { chunkBytes, isReadableStream } from './bytes-of.js';
import { ReplyError } from './reply-error.js';

/** The types of a streamed body. */
export type StreamedBody =
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

export interface BodySource {
  /**
   * Gives the next chunk, or `undefined` at the end. An empty chunk is never given: in the chunked
   * coding it would end the content. Rejects with the handler's error, or with a TypeError for a
   * chunk of another type; the source is then closed. Must not be called again before it settles.
   * Never throws.
   */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Closes the source: no more of it is read. No effect after its end. Errors of the handler's
   * clean-up go to `onError`.
   */
  close(reason?: unknown, onError?: (error: unknown) => void): void;
}

/** @throws ReplyError if the stream is locked: another reader uses it. */
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

/** An iterator that locks the stream. Its `return()` cancels the stream. */
export function iteratorOf(
  stream: ReadableStream<Uint8Array | string>,
): AsyncIterableIterator<Uint8Array | string> {
  // The stream of a request has its own iterator, which costs much less than a reader.
  const direct = Object.hasOwn(stream, Symbol.asyncIterator);
  return direct ? stream.values() : new StreamIterator(stream);
}

/** A whole body that is sent as a stream of one chunk. */
export function openWhole(bytes: Uint8Array): BodySource {
  return new SyncSource([bytes], undefined);
}

type AsyncIteratorOfBody = AsyncIterator<Uint8Array | string>;
type IteratorOfBody = Iterator<Uint8Array | string>;

function askNext<Of extends AsyncIteratorOfBody | IteratorOfBody>(
  this: Of,
): ReturnType<Of['next']> {
  // Boundary: the compiler does not see that this is the result type of the method itself.
  return this.next() as ReturnType<Of['next']>;
}

/** Streams that are given up by forgetting them. */
const uncancelled: WeakSet<ReadableStream> = new WeakSet();

/**
 * `stream` is given up without `cancel()`. From Node 24 on, the platform makes all content of a form at
 * once, unasked, and a part that comes after `cancel()` is an unhandled rejection, which ends the process.
 */
export function leaveUncancelled(stream: ReadableStream): void {
  uncancelled.add(stream);
}

/** The reader of a stream as an iterator. Its `return()` cancels the stream. */
class StreamIterator implements AsyncIterableIterator<Uint8Array | string> {
  readonly #stream: ReadableStream<Uint8Array | string>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array | string>;

  constructor(stream: ReadableStream<Uint8Array | string>) {
    this.#stream = stream;
    this.#reader = stream.getReader();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array | string>> {
    // Boundary: ReadableStreamReadResult is IteratorResult under another name.
    return this.#reader.read() as Promise<IteratorResult<Uint8Array | string>>;
  }

  async return(reason?: unknown): Promise<IteratorResult<Uint8Array | string>> {
    if (!uncancelled.has(this.#stream)) await this.#reader.cancel(reason);
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
      let result: IteratorResult<Uint8Array | string>;
      let chunk: unknown;
      let bytes: Uint8Array | undefined;
      try {
        if (this.#iterator === undefined)
          this.#iterator = within(this.#scope, () => this.#body[Symbol.asyncIterator]());
        // The result of `next` may have a `then` of any kind. It is called once, and may throw.
        const scope = this.#scope;
        result = await (scope === undefined
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
      if (bytes === undefined) {
        // A promise of a subclass without `then` is its own result.
        dropIfPromise(result);
        throw closedOver(this, chunk);
      }
      if (bytes.length > 0) return bytes;
    }
    return undefined;
  }

  close(reason?: unknown, onError?: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    within(this.#scope, () => endBody(this.#body, this.#iterator, reason, onError));
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
        if (this.#iterator === undefined)
          this.#iterator = within(this.#scope, () => this.#body[Symbol.iterator]());
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
    within(this.#scope, () => endBody(this.#body, this.#iterator, reason, onError));
  }
}

/** Ends a body, begun or not. All its errors go to `onError`, and no code waits for it. */
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
  // A Node stream, begun or not, is destroyed. The `return()` of its iterator would leave its file
  // open if nothing was read yet. It would also wait for a chunk that is awaited.
  if ('destroy' in body && typeof body.destroy === 'function') {
    hearErrors(body, onError);
    await promiseOf(body.destroy());
  } else if (iterator !== undefined) await endIterator(iterator, reason);
  // A generator is its own iterator. Any other iterable has opened nothing that must be closed.
  else if ('next' in body) await endIterator(body, reason);
}

/**
 * From now on, errors of a Node stream don't end the process. A stream that was never begun has no
 * other listener, and can fail at any time. A missing file, for example, is found after the reply
 * was made.
 */
export function hearErrors(body: object, onError: (error: unknown) => void): void {
  if ('on' in body && typeof body.on === 'function' && 'destroy' in body) body.on('error', onError);
}

async function endIterator(iterator: object, reason: unknown): Promise<void> {
  if ('return' in iterator && typeof iterator.return === 'function')
    await promiseOf(iterator.return(reason));
}

/** No caller wants this error; the content is dropped in any case. */
function ignore(): void {}

/** Closes `source` because of a chunk that can't be sent, and gives the error. */
function closedOver(source: BodySource, chunk: unknown): unknown {
  const error = unfitChunk(chunk);
  source.close(error);
  return error;
}

export function unfitChunk(chunk: unknown): unknown {
  try {
    // The chunk may be a promise that was not awaited. It may reject, and no other code listens to
    // it.
    rejectionOf(chunk, ignore);
    return new ReplyError(
      'SLUICE_REPLY_BODY_INVALID',
      `a body's chunk must be a string or a Uint8Array; got ${shown(chunk)}`,
    );
  } catch (error) {
    return error;
  }
}
