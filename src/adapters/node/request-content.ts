// The content of a request, as its IncomingMessage reads it. Only a request with content has this object.

import type { HostedExchange } from '../../conn/host.js';
import { throwLater } from './host-calls.js';
import type { InnerRequest } from './node-internals.js';

/** The exchange, as the content of its request sees it. */
export interface ContentReader {
  readonly exchange: HostedExchange;
  readonly req: InnerRequest;
  readonly socket: { touch(): void };
  /** The request has been told of the end. */
  contentEnded(): void;
  /** The rest won't come. */
  contentFailed(error: Error): void;
}

export class RequestContent {
  /** All of it was pushed, or no more comes. */
  isOver = false;
  readonly #reader: ContentReader;
  /** A chunk is awaited. */
  #awaiting = false;

  constructor(reader: ContentReader) {
    this.#reader = reader;
  }

  /**
   * The request has room for more.
   *
   * @param isSettled the response has left: what nobody has read is not read any more
   */
  pull(isSettled: boolean): void {
    const { req, exchange } = this.#reader;
    if (this.#awaiting || this.isOver || req._readableState.ended) return;
    const { body } = exchange;
    if (body === null || isSettled) {
      this.#end();
      return;
    }
    for (;;) {
      const chunk = body.readNow();
      if (chunk === null) {
        this.#awaiting = true;
        body.whenCome(
          (later) => this.#came(later),
          (error) => this.#failed(error),
        );
        return;
      }
      if (!this.#push(chunk)) return;
    }
  }

  /**
   * The listener has returned, and all of the content is here. As under node:http it is pushed now where the request
   * flows: asked for by the stream, it would cost more of its ticks.
   *
   * @param isSettled the response has left
   */
  pushCome(isSettled: boolean): void {
    const { req, exchange } = this.#reader;
    if (exchange.body?.ended !== true || req._consuming) return;
    if (req.readableFlowing !== true || req.destroyed) return;
    this.pull(isSettled);
    // Nobody asks for more: it is read.
    if (this.isOver) req._consuming = true;
  }

  #came(chunk: Uint8Array | undefined): void {
    this.#awaiting = false;
    try {
      // Its stream asks for more by itself.
      this.#push(chunk);
    } catch (error) {
      throwLater(error);
    }
  }

  /** @returns true if the request takes more */
  #push(chunk: Uint8Array | undefined): boolean {
    if (chunk === undefined) {
      this.#end();
      return false;
    }
    this.#reader.socket.touch();
    return this.#reader.req.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  #end(): void {
    const { req, exchange } = this.#reader;
    const { rawTrailers } = exchange;
    this.isOver = true;
    // Kept as trailers where the message is complete.
    req.complete = true;
    if (rawTrailers.length > 0) req._addHeaderLines(rawTrailers as string[], rawTrailers.length);
    endContent(req);
    this.#reader.contentEnded();
  }

  #failed(error: Error): void {
    this.#awaiting = false;
    this.isOver = true;
    this.#reader.contentFailed(error);
  }
}

/** Nothing more comes. */
export function endContent(req: InnerRequest): void {
  req.complete = true;
  req.push(null);
}

/** Somebody reads the content, or is about to. */
export function isRead(req: InnerRequest): boolean {
  return req._consuming || req._readableState.resumeScheduled;
}

/** Nobody has read the content, and nobody will. */
export function dump(req: InnerRequest): void {
  if (req._dumped) return;
  req.complete = true;
  if (req._eventsCount > 0) {
    req._dump();
    // From Node 24.22 on, `_dump` only reads once: who listens hears of the end when it flows.
    req.resume();
    return;
  }
  req._dumped = true;
  const state = req._readableState;
  state.ended = true;
  state.endEmitted = true;
  state.destroyed = true;
  state.closed = true;
  state.closeEmitted = true;
}
