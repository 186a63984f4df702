// The content of a request as a native ReadableStream with an async iterator of our own. Our
// iterator takes chunks directly from the connection. The native one spends a third of an upload's
// time on promises and queues.
//
// The stream is a byte stream: it can also fill memory that its reader gives. Such a stream
// transfers the memory of each enqueued chunk. A chunk shares its memory with other bytes of the
// connection, so the stream gets a copy. Our own iterator copies nothing.

import { droppable } from '../../options/thenable.js';
import { droppableChunks, withDroppableReads } from './droppable-stream.js';
import { Gathering } from './gathering.js';
import type { ChunkTaker, IncomingBody } from './incoming.js';

type Step = IteratorResult<Uint8Array, undefined>;

const END: Step = { done: true, value: undefined };

/** Node's property that says whether a stream was read from or cancelled (`stream.isDisturbed`). */
const isDisturbed = Symbol.for('nodejs.stream.disturbed');

export class IncomingStream {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #body: IncomingBody;
  /** A chunk was requested, natively or directly, or the stream was cancelled. */
  #disturbed: boolean;
  /** The content ended, failed or was cancelled: the connection is not asked again. */
  #over: boolean;
  // `start` sets it, inside the constructor of the stream.
  #controller: ReadableByteStreamController | undefined;

  constructor(body: IncomingBody) {
    this.#body = body;
    this.#disturbed = false;
    this.#over = false;
    this.#controller = undefined;
    this.stream = byteStream(
      {
        type: 'bytes',
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: (reason) => this.#cancel(reason),
      },
      // Nothing is taken from the connection before the first read.
      { highWaterMark: 0 },
    );
    withDroppableReads(this.stream);
    const values = (options?: { preventCancel?: boolean }): AsyncIterableIterator<Uint8Array> =>
      this.#values(options?.preventCancel === true);
    const property = { value: values, writable: true, configurable: true };
    Object.defineProperties(this.stream, { values: property, [Symbol.asyncIterator]: property });
  }

  get disturbed(): boolean {
    return this.#disturbed || Reflect.get(this.stream, isDisturbed) === true;
  }

  get locked(): boolean {
    return this.stream.locked;
  }

  /** Locks the stream and collects all content, as the methods of a body do. */
  async gather(passing: boolean): Promise<Gathering> {
    const reader = this.stream.getReader();
    this.#disturbed = true;
    try {
      const gathering = await gather(this.#body, passing);
      this.close(reader);
      return gathering;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** The content ended. The native stream is left closed and disturbed, as after a native read. */
  close(reader: ReadableStreamDefaultReader<Uint8Array>): void {
    this.#over = true;
    // This only closes the stream. `#cancel` sees `#over` and does nothing, so nothing can fail.
    void reader.cancel();
  }

  /** The rest of the content can't be read. */
  fail(error: unknown): void {
    this.#over = true;
    this.#controller?.error(error);
  }

  #values(preventCancel: boolean): AsyncIterableIterator<Uint8Array> {
    // After a native read, the queue of the stream may hold a chunk. Only the stream can give it.
    if (this.disturbed || this.stream.locked) {
      return droppableChunks(ReadableStream.prototype.values.call(this.stream, { preventCancel }));
    }
    this.#disturbed = true;
    return new IncomingChunks(this, this.#body, this.stream.getReader(), preventCancel);
  }

  #pull(controller: ReadableByteStreamController): Promise<void> | undefined {
    this.#disturbed = true;
    const chunk = readNow(this.#body);
    if (chunk === null) {
      return this.#body.read().then(
        (late) => this.#give(controller, late),
        (error) => {
          this.#over = true;
          throw error;
        },
      );
    }
    this.#give(controller, chunk);
    return undefined;
  }

  #give(controller: ReadableByteStreamController, chunk: Uint8Array | undefined): void {
    // The stream was cancelled while the chunk was on its way: it takes no more chunks.
    if (this.#over) return;
    if (chunk !== undefined) {
      controller.enqueue(new Uint8Array(chunk));
      return;
    }
    this.#over = true;
    controller.close();
    // This tells the end to a reader that gave its own memory.
    controller.byobRequest?.respond(0);
  }

  #cancel(reason: unknown): void {
    this.#disturbed = true;
    if (this.#over) return;
    this.#over = true;
    this.#body.cancel(reason);
  }
}

/**
 * The direct iterator. It holds the lock of the stream while it runs, so there is no other reader.
 */
class IncomingChunks implements AsyncIterableIterator<Uint8Array> {
  readonly #owner: IncomingStream;
  readonly #body: IncomingBody;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #preventCancel: boolean;
  /**
   * The last call that waits for the connection, and the number of waiting calls. They are answered
   * in order.
   */
  #last: Promise<Step> | undefined;
  #waiting: number;
  #done: boolean;

  constructor(
    owner: IncomingStream,
    body: IncomingBody,
    reader: ReadableStreamDefaultReader<Uint8Array>,
    preventCancel: boolean,
  ) {
    this.#owner = owner;
    this.#body = body;
    this.#reader = reader;
    this.#preventCancel = preventCancel;
    this.#last = undefined;
    this.#waiting = 0;
    this.#done = false;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#last !== undefined) return this.#wait(this.#last, () => this.#advance());
    if (this.#done) return Promise.resolve(END);
    const chunk = readNow(this.#body);
    if (chunk !== null) return Promise.resolve(this.#step(chunk));
    return this.#wait(undefined, () => this.#readLate());
  }

  return(reason?: unknown): Promise<Step> {
    if (this.#last !== undefined) return this.#wait(this.#last, () => this.#finish(reason));
    return Promise.resolve(this.#finish(reason));
  }

  /**
   * Answers after `before` has ended, in success or failure: the error of `before` belongs to its
   * own caller.
   */
  #wait(before: Promise<Step> | undefined, answer: () => Step | Promise<Step>): Promise<Step> {
    this.#waiting++;
    const turn = droppable(this.#take(before, answer));
    this.#last = turn;
    return turn;
  }

  async #take(
    before: Promise<Step> | undefined,
    answer: () => Step | Promise<Step>,
  ): Promise<Step> {
    try {
      if (before !== undefined) await before.then(noop, noop);
      return await answer();
    } finally {
      if (--this.#waiting === 0) this.#last = undefined;
    }
  }

  #advance(): Step | Promise<Step> {
    if (this.#done) return END;
    const chunk = readNow(this.#body);
    return chunk === null ? this.#readLate() : this.#step(chunk);
  }

  async #readLate(): Promise<Step> {
    try {
      return this.#step(await this.#body.read());
    } catch (error) {
      this.#done = true;
      this.#owner.fail(error);
      this.#reader.releaseLock();
      throw error;
    }
  }

  #step(chunk: Uint8Array | undefined): Step {
    if (chunk !== undefined) return { done: false, value: chunk };
    this.#done = true;
    this.#owner.close(this.#reader);
    this.#reader.releaseLock();
    return END;
  }

  #finish(reason: unknown): Step {
    if (this.#done) return END;
    this.#done = true;
    if (!this.#preventCancel) void this.#reader.cancel(reason);
    this.#reader.releaseLock();
    return END;
  }
}

interface ByteSource {
  readonly type: 'bytes';
  start(controller: ReadableByteStreamController): void;
  pull(controller: ReadableByteStreamController): Promise<void> | undefined;
  cancel(reason: unknown): void;
}

/** The class is looked up at the call, because Node loads it at first use. */
function byteStream(
  source: ByteSource,
  strategy: { readonly highWaterMark: number },
): ReadableStream<Uint8Array> {
  // Boundary: the types do not know byte sources.
  const ByteStream = ReadableStream as unknown as new (
    ...given: Parameters<typeof byteStream>
  ) => ReadableStream<Uint8Array>;
  return new ByteStream(source, strategy);
}

function noop(): void {}

/** Collects all content of a body that was not read from. */
export async function gather(body: IncomingBody, passing: boolean): Promise<Gathering> {
  const make = body.makeMemory?.bind(body);
  const fits = body.memoryFits?.bind(body);
  const gathering = new Gathering(body.declaredBytes ?? -1, passing, make, fits);
  try {
    if (body.readEach === undefined) await readEach(body, gathering);
    else await body.readEach(gathering);
  } catch (error) {
    gathering.drop();
    throw error;
  }
  return gathering;
}

async function readEach(body: IncomingBody, taker: ChunkTaker): Promise<void> {
  for (;;) {
    let chunk = readNow(body);
    if (chunk === null) chunk = await body.read();
    if (chunk === undefined) return;
    taker.add(chunk);
  }
}

/** The next chunk, `undefined` at the end, or `null` if the chunk must be awaited. */
function readNow(body: IncomingBody): Uint8Array | undefined | null {
  return body.readNow === undefined ? null : body.readNow();
}
