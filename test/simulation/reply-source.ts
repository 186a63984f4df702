// The streamed content of a reply, in every form that a handler may give it, and
// an account of what sluice did with it.

import type { ReplyBody } from '../../src/http/reply/reply.js';
import type { StreamPlan } from './handler-plan.js';

/** Thrown on purpose by a simulated application. */
export class Planned extends Error {}

/** One streamed body. */
export class Source {
  readonly id: string;
  readonly #plan: StreamPlan;
  readonly #pieces: readonly Uint8Array[];
  readonly #sleep: (ms: number) => Promise<void>;
  #next = 0;
  /** Asked for a piece at least once. */
  started = false;
  /** It told its end, or threw. */
  ended = 0;
  /** It was told that nobody wants more: `return()` or `cancel()`. */
  given = 0;

  constructor(
    id: string,
    plan: StreamPlan,
    pieces: readonly Uint8Array[],
    sleep: (ms: number) => Promise<void>,
  ) {
    this.id = id;
    this.#plan = plan;
    this.#pieces = pieces;
    this.#sleep = sleep;
  }

  /**
   * What is wrong with how it was treated; undefined if nothing is.
   *
   * @param isSent its reply had content
   * @param mayBreak its connection may have broken before its end was heard of: that takes a promise
   */
  complaint(isSent: boolean, mayBreak: boolean): string | undefined {
    const account = `started ${this.started}, ended ${this.ended}, given up ${this.given}`;
    if (this.started) {
      if (!isSent) return `a body that is not sent was begun: ${account}`;
      const isOver = this.ended + this.given === 1;
      return isOver || (mayBreak && this.ended === 1 && this.given === 1)
        ? undefined
        : `a body's end: ${account}`;
    }
    // Of a plain iterable nothing was opened, and of a generator nothing runs that could count.
    const silent = ['iterable', 'generator', 'asyncGenerator'].includes(this.#plan.source);
    return this.given === (silent ? 0 : 1) ? undefined : `a body that was never begun: ${account}`;
  }

  body(): ReplyBody {
    switch (this.#plan.source) {
      case 'iterator':
        return this.#iterator();
      case 'iterable':
        return { [Symbol.iterator]: () => this.#iterator() };
      case 'asyncIterator':
        return this.#asyncIterator();
      case 'generator':
        return this.#generator();
      case 'asyncGenerator':
        return this.#asyncGenerator();
      default:
        return this.stream();
    }
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await this.#later();
          // Cancelled meanwhile: the stream takes nothing more.
          if (this.given > 0) return;
          if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        },
        cancel: () => {
          this.given++;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The next piece now, undefined at the end. */
  #now(): Uint8Array | undefined {
    this.started = true;
    const { failure } = this.#plan;
    if (failure === 'throws' && this.#next === this.#pieces.length) {
      if (this.given === 0) this.ended++;
      throw new Planned(`the content of ${this.id} fails`);
    }
    const piece = this.#pieces[this.#next++];
    if (piece === undefined && this.given === 0) this.ended++;
    return piece;
  }

  async #later(): Promise<Uint8Array | undefined> {
    this.started = true;
    if (this.#plan.neverEnds === true && this.#next === this.#pieces.length)
      return new Promise(() => undefined);
    if (this.#plan.pieceMs > 0) await this.#sleep(this.#plan.pieceMs);
    return this.#now();
  }

  #iterator(): IterableIterator<Uint8Array> {
    const iterator: IterableIterator<Uint8Array> = {
      [Symbol.iterator]: () => iterator,
      next: () => result(this.#now()),
      return: () => {
        this.given++;
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  #asyncIterator(): AsyncIterableIterator<Uint8Array> {
    const iterator: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        const piece = await this.#later();
        // A boundary: a handler in JavaScript may give anything.
        if (this.#plan.failure === 'chunkType' && piece !== undefined)
          return result(7 as unknown as Uint8Array);
        return result(piece);
      },
      return: async () => {
        this.given++;
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  *#generator(): Generator<Uint8Array, undefined> {
    let over = false;
    try {
      for (let piece = this.#now(); piece !== undefined; piece = this.#now()) yield piece;
      over = true;
    } catch (error) {
      over = true;
      throw error;
    } finally {
      if (!over) this.given++;
    }
  }

  async *#asyncGenerator(): AsyncGenerator<Uint8Array, undefined> {
    let over = false;
    try {
      for (let piece = await this.#later(); piece !== undefined; piece = await this.#later())
        yield piece;
      over = true;
    } catch (error) {
      over = true;
      throw error;
    } finally {
      if (!over) this.given++;
    }
  }
}

function result(piece: Uint8Array | undefined): IteratorResult<Uint8Array> {
  return piece === undefined ? { done: true, value: undefined } : { done: false, value: piece };
}
