// The content of a request, as its IncomingMessage reads it. Only a request with content has this object.

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Scope } from '../../../conn/environment.js';
import type { HostedExchange, HostWriter } from '../../../conn/host.js';
import type { ContentSink } from '../../../conn/read/content.js';
import { throwLater } from '../host-calls.js';
import type { InnerRequest } from '../node-internals.js';
import { IdleTimer } from '../socket/idle-timer.js';
import { type Listeners, watchesContent } from '../socket/socket-watchers.js';
import { isHeard } from './response-end.js';

/** A subclass may see chunks before their text is made. */
const { push } = Readable.prototype;
/** Somebody may have given a decoder more encodings, or other text. */
const { write: decoderWrite } = StringDecoder.prototype;

/** The exchange, as the content of its request sees it. */
export interface ContentReader {
  readonly exchange: HostedExchange;
  readonly req: InnerRequest;
  readonly socket: {
    readonly _events: Listeners;
    readonly _link: HostWriter;
    touch(): void;
    /** The request takes no more. */
    holdBack(): void;
  };
  /** What the listener has entered there is there when content comes. */
  readonly scope: Scope;
  /** The request has been told of the end. */
  contentEnded(): void;
  /** The rest won't come. */
  contentFailed(error: Error): void;
  /** The response has left, and the rest was not asked for in time. */
  contentLeft(): void;
}

export class RequestContent implements ContentSink {
  /** All of it was pushed, or no more comes. */
  isOver = false;
  readonly #reader: ContentReader;
  /** It is pushed as it comes. */
  #isFlowing = false;
  /** Runs once the response is complete. */
  #unread: IdleTimer | undefined = undefined;

  constructor(reader: ContentReader) {
    this.#reader = reader;
  }

  /**
   * The request has room for more.
   *
   * @param isSettled the response has left: what nobody has read is not read any more
   * @param takesAll it gets all that has come, room or not
   */
  pull(isSettled: boolean, takesAll = false): void {
    const { req, exchange } = this.#reader;
    if (this.#isFlowing || this.isOver || req._readableState.ended) return;
    const { body } = exchange;
    if (body === null || isSettled) {
      this.#end();
      return;
    }
    for (;;) {
      const chunk = this.copies ? body.lendNow() : body.readNow();
      if (chunk === null) {
        this.#isFlowing = true;
        body.flowTo(this);
        return;
      }
      if (chunk === undefined) {
        this.#end();
        return;
      }
      if (!this.#push(chunk) && !takesAll) return;
    }
  }

  /**
   * The listener has returned, and the request flows, or somebody watches. As under node:http it is pushed what has
   * come: asked for by the stream, it would cost more of its ticks, and reading would have paused meanwhile.
   *
   * @param isSettled the response has left
   */
  pushCome(isSettled: boolean): void {
    const { req, socket } = this.#reader;
    if (req._consuming || req.destroyed) return;
    const isFlowing = req.readableFlowing === true;
    if (!isFlowing && !watchesContent(socket._events)) return;
    this.pull(isSettled);
    if (!isFlowing) return;
    // Nobody asks for more: it is read.
    if (this.isOver) req._consuming = true;
  }

  /** The response is complete, and somebody reads the content: he may pause for so long. */
  waitForReader(ms: number): void {
    this.#unread ??= new IdleTimer(this.#reader.socket._link, () => this.#unreadFor(ms));
    this.#unread.set(ms);
  }

  #unreadFor(ms: number): void {
    // A client that is slow, with the response or with its content, has limits of its own.
    const isClients = this.#isFlowing || this.#reader.socket._link.backlogBytes > 0;
    if (isClients) this.#unread?.set(ms);
    else this.#reader.contentLeft();
  }

  /** Nobody waits for it any more. */
  forget(): void {
    this.#unread?.set(0);
  }

  // What its connection asks and tells.

  /** The request makes text of each chunk before anybody sees it. */
  get copies(): boolean {
    const { req } = this.#reader;
    const { decoder } = req._readableState;
    return decoder?.constructor === StringDecoder && req.push === push;
  }

  onChunk(chunk: Uint8Array): boolean {
    try {
      this.#isFlowing = this.#reader.scope.run(this.#push, this, chunk);
    } catch (error) {
      throwLater(error);
    }
    return this.#isFlowing;
  }

  onEnd(): void {
    this.#isFlowing = false;
    try {
      this.#reader.scope.run(this.#end, this);
    } catch (error) {
      throwLater(error);
    }
  }

  onFailure(error: Error): void {
    this.#isFlowing = false;
    this.isOver = true;
    this.forget();
    this.#reader.contentFailed(error);
  }

  /** @returns true if the request takes more */
  #push(chunk: Uint8Array): boolean {
    const { req, socket } = this.#reader;
    socket.touch();
    this.#unread?.touch();
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const isText = this.copies && isWholeUtf8(req._readableState.decoder, bytes);
    const takesMore = isText ? req.push(bytes.toString(), 'utf8') : req.push(bytes);
    if (!takesMore) socket.holdBack();
    return takesMore;
  }

  #end(): void {
    const { req, exchange } = this.#reader;
    const { rawTrailers } = exchange;
    this.isOver = true;
    this.forget();
    // Kept as trailers where the message is complete.
    req.complete = true;
    if (rawTrailers.length > 0) req._addHeaderLines(rawTrailers as string[], rawTrailers.length);
    endContent(req);
    this.#reader.contentEnded();
  }
}

/**
 * A decoder of UTF-8 would make of these bytes what Buffer makes of them, and Buffer is faster: no character was begun
 * before them, and the last of them ends one.
 */
function isWholeUtf8(decoder: object | null, bytes: Uint8Array): boolean {
  // Boundary: a StringDecoder, with the members that its documentation calls legacy.
  const { encoding, lastTotal, write } = decoder as StringDecoder & LegacyDecoder;
  return (
    encoding === 'utf8' &&
    lastTotal === 0 &&
    write === decoderWrite &&
    (bytes[bytes.length - 1] as number) < 0x80
  );
}

interface LegacyDecoder {
  readonly encoding: string;
  /** Bytes of the character that was begun; 0 where none was. */
  readonly lastTotal: number;
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
  if (isHeard(req)) {
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
