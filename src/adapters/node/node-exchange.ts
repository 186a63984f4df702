// One request and its response as node:http's own objects. They are real ones, and know nothing of this: they talk to
// the facade (facade-socket.ts), which passes on to here what is about the message in progress.
//
// What the response has written waits here until it is known whether it is whole: up to the end of `end()`, or
// until the socket is uncorked. So a response that is made in one go is one event of the machine and one write.

import type { IncomingMessage } from 'node:http';
import type { AbortReason } from '../../conn/abort.js';
import type { Completion } from '../../conn/context.js';
import type { HostedAnswer, HostedExchange, HostedResponse, HostWriter } from '../../conn/host.js';
import type { Output } from '../../conn/output.js';
import { requestStart, responseFinish } from './channels.js';
import type { FacadeSocket } from './facade-socket.js';
import { closingHead, type ScannedHead, scanHead } from './head-scan.js';
import { emitSafely, nodeError, throwLater } from './host-calls.js';
import {
  type InnerRequest,
  type InnerResponse,
  NEED_DRAIN,
  UNIQUE_HEADERS,
} from './node-internals.js';
import type { MessageServer, SocketOwner, WriteCallback, WritingExchange } from './ports.js';
import { requestFrom } from './request-from.js';

/** The head that a host writes itself, past its response: nobody knows what it says. */
const RAW: ScannedHead = scanHead('');

/** The response's progress. */
const PENDING = 0;
const STREAMING = 1;
/** All of it was handed over, or nothing more is taken. */
const OVER = 2;

export class NodeExchange implements HostedResponse, HostedAnswer, WritingExchange {
  readonly exchange: HostedExchange;
  readonly socket: FacadeSocket;
  readonly req: InnerRequest;
  readonly res: InnerResponse;
  /** The response has left, or never will; its objects were told. */
  settled = false;
  readonly #core: MessageServer;
  readonly #link: HostWriter;
  #state: number = PENDING;
  #head: ScannedHead | undefined = undefined;
  /** The first write of the response: its head, and perhaps content. */
  #first: string = '';
  #encoding: BufferEncoding | undefined = undefined;
  /** `#first` has characters that take more than a byte. */
  #isWide = false;
  #more: (string | Uint8Array)[] | undefined = undefined;
  /** Content that the declared length still asks for. */
  #left: number = Number.POSITIVE_INFINITY;
  #callback: WriteCallback | undefined = undefined;
  #callbacks: WriteCallback[] | undefined = undefined;
  /** The response is complete; it ends when the request's content was read. */
  #endsWithContent = false;
  /** A flush comes in the next tick. */
  #flushes = false;
  /** A chunk of content is awaited. */
  #awaiting = false;
  #contentOver = false;
  /** The connection carries no response of this any more. */
  #isLost = false;
  #isLeft = false;

  constructor(
    core: MessageServer,
    connection: SocketOwner & { readonly socket: FacadeSocket },
    exchange: HostedExchange,
  ) {
    const { socket, link } = connection;
    const { head } = exchange;
    const req = requestFrom(core, exchange, socket);
    const res = new core.ServerResponse(
      req as unknown as IncomingMessage,
      core.messageOptions,
    ) as unknown as InnerResponse;
    res.shouldKeepAlive = head.persistent && !link.last;
    if (core.maxRequestsPerSocket > 0) res.maxRequestsOnConnectionReached = link.last;
    res._keepAliveTimeout = core.keepAliveTimeout;
    res._maxRequestsPerSocket = core.maxRequestsPerSocket;
    if (core.uniqueHeaders !== null) res[UNIQUE_HEADERS] = core.uniqueHeaders;
    res._finish = finishAll;
    this.#core = core;
    this.socket = socket;
    this.#link = link;
    this.exchange = exchange;
    this.req = req;
    this.res = res;
  }

  /** Gives the response its socket, and tells the server of the request. */
  begin(): void {
    const { req, res, socket } = this;
    const { server } = this.#core;
    this.exchange.hosted = this;
    if (requestStart.hasSubscribers)
      requestStart.publish({ request: req, response: res, socket, server });
    if (res._eventsCount > 0) res.assignSocket(socket);
    else {
      socket._httpMessage = res;
      res.socket = socket;
    }
    const { head } = this.exchange;
    if (head.expectations === 0 || head.versionMinor === 0) server.emit('request', req, res);
    else if (head.expectsContinue) {
      res._expect_continue = true;
      if (server.emit('checkContinue', req, res)) return;
      res.writeContinue();
      server.emit('request', req, res);
    } else if (!server.emit('checkExpectation', req, res)) {
      res.writeHead(417);
      res.end();
    }
  }

  // What the response writes.

  /** @returns false where the writer should wait for 'drain' */
  write(
    data: string | Uint8Array,
    encoding: BufferEncoding | undefined,
    callback: WriteCallback | undefined,
  ): boolean {
    if (this.#state === OVER) return false;
    if (this.res._header === null) {
      this.#link.interim(this.exchange, data as string);
      if (callback !== undefined) process.nextTick(callback);
      return true;
    }
    if (callback !== undefined) this.#keep(callback);
    if (this.#head === undefined) this.#begin(data as string, encoding);
    else this.#add(data, encoding);
    if (this.socket.writableCorked === 0) this.#flushSoon();
    return this.socket.writableLength < this.socket.writableHighWaterMark;
  }

  /** All of it was handed over. */
  get isOver(): boolean {
    return this.#state === OVER;
  }

  /** Bytes that were written and not handed over. */
  get heldBytes(): number {
    let bytes = this.#first.length;
    if (this.#more !== undefined) for (const piece of this.#more) bytes += piece.length;
    return bytes;
  }

  /** Its head says where it ends, or did not leave: no part of it looks like a whole. */
  get isDelimited(): boolean {
    const head = this.#head;
    if (head === undefined || this.#state === PENDING) return true;
    return head.chunked || head.contentLength >= 0 || (head !== RAW && !this.res._hasBody);
  }

  /** Hands over what was written: more is to come. */
  flush(): void {
    this.#flushes = false;
    if (this.#state === PENDING) {
      if (this.#head === undefined) return;
      this.#state = STREAMING;
      this.#awaitDrain();
      if (!this.#link.answer(this.exchange, this, false)) this.#state = OVER;
    } else if (this.#state === STREAMING) {
      const more = this.#more;
      if (more === undefined) return;
      this.#more = undefined;
      this.#awaitDrain();
      this.#link.write(this.exchange, more);
    }
  }

  /** A message writes a chunk in four pieces, and in Node 20 and 22 each for itself. */
  #flushSoon(): void {
    if (this.#flushes) return;
    this.#flushes = true;
    process.nextTick(flush, this);
  }

  /** A listener of 'clientError' answers in this one's place. */
  leaveAnswer(): void {
    this.#isLeft = true;
  }

  /** The host writes an answer by the socket, past the response. */
  writeRaw(bytes: Uint8Array): boolean {
    if (this.#state === OVER && !this.#isLeft) return false;
    this.#head ??= RAW;
    this.#more ??= [];
    this.#more.push(bytes);
    this.#flushSoon();
    return true;
  }

  /** The host ends the socket. */
  endRaw(): void {
    if (this.#head === undefined) {
      this.socket.destroy();
      return;
    }
    this.#left = Number.POSITIVE_INFINITY;
    this.#link.endAfter();
    this.flush();
    this.#state = OVER;
    this.#link.end(this.exchange);
  }

  /** The response has ended. */
  finish(): void {
    if (this.#state === OVER) {
      this.#link.release(this.exchange);
      return;
    }
    if (this.#left > 0 && this.#left !== Number.POSITIVE_INFINITY && this.res._hasBody) {
      this.#refuse(`less than its Content-Length said: ${this.#left} bytes are missing`);
      return;
    }
    if (this.exchange.body !== null && !this.#contentOver && this.#isRead) {
      this.flush();
      this.#endsWithContent = true;
      return;
    }
    if (this.#state === PENDING) {
      this.#state = OVER;
      this.#link.answer(this.exchange, this, true);
    } else {
      this.flush();
      this.#state = OVER;
      this.#link.end(this.exchange);
    }
  }

  /** Somebody wants to know when all of it has left. */
  #awaitDrain(): void {
    if (this.res[NEED_DRAIN] === true || this.#callback !== undefined)
      this.#link.awaitsDrain = true;
  }

  #begin(data: string, encoding: BufferEncoding | undefined): void {
    const { _header: header, _hasBody: hasBody } = this.res;
    const head = scanHead(header as string);
    this.#head = head;
    this.#first = data;
    this.#encoding = encoding;
    const isLatin1 = encoding === 'latin1' || encoding === 'binary' || encoding === 'ascii';
    const bytes = isLatin1 ? data.length : Buffer.byteLength(data, encoding);
    this.#isWide = bytes !== data.length;
    if (head.contentLength === -2) {
      this.#refuse('two lines that frame it, and they contradict each other');
      return;
    }
    if (head.contentLength < 0 || !hasBody) return;
    const headBytes = this.#isWide ? Buffer.byteLength(head.text, encoding) : head.text.length;
    this.#left = head.contentLength;
    this.#count(bytes - headBytes);
  }

  #add(data: string | Uint8Array, encoding: BufferEncoding | undefined): void {
    if (data.length === 0) return;
    const isPlain =
      typeof data !== 'string' ||
      encoding === 'latin1' ||
      Buffer.byteLength(data, encoding) === data.length;
    const piece = isPlain ? data : Buffer.from(data as string, encoding);
    this.#more ??= [];
    this.#more.push(piece);
    this.#count(piece.length);
  }

  #count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      this.#refuse(`more than its Content-Length said: ${-this.#left} bytes too many`);
  }

  /** The response can't be sent as it is: cuts it off, and tells. */
  #refuse(what: string): void {
    const error = nodeError('SLUICE_REPLY_LENGTH_INVALID', `the response has ${what}`);
    this.#state = OVER;
    this.exchange.report(error);
    this.res.destroy(error);
    if (this.res.listenerCount('error') > 0) emitSafely(this.res, 'error', error);
  }

  // What the connection asks and tells.

  get status(): number {
    return this.res.statusCode;
  }

  get closes(): boolean {
    return this.#head === RAW || this.#head?.closes === true || this.res._last;
  }

  writeTo(output: Output, last: boolean): number {
    const head = this.#head as ScannedHead;
    // What its maker has removed from it stays removed.
    const isPatched = last && !head.closes && head !== RAW && !this.res._removedConnection;
    const headText = isPatched ? closingHead(head.text) : head.text;
    const text = isPatched ? headText + this.#first.slice(head.text.length) : this.#first;
    if (this.#isWide) output.bytes(Buffer.from(text, this.#encoding));
    else output.text(text);
    this.#first = '';
    const more = this.#more;
    if (more === undefined) return headText.length;
    this.#more = undefined;
    for (const piece of more) {
      if (typeof piece === 'string') output.text(piece);
      else output.bytes(piece);
    }
    return headText.length;
  }

  completed({ delivered }: Completion): void {
    this.#state = OVER;
    // The connection is about to be told closed, and tells this.
    if (!delivered || this.#isLost) return;
    if (this.#link.calls > 0) process.nextTick(settle, this);
    else this.settle();
  }

  aborted(_reason: AbortReason): void {
    // Node has no word for this: what ends the connection tells the rest.
  }

  /** The response has left. */
  settle(): void {
    const { req, res, socket } = this;
    if (this.settled) return;
    this.settled = true;
    if (responseFinish.hasSubscribers)
      responseFinish.publish({
        request: req,
        response: res,
        socket,
        server: this.#core.server,
      });
    if (!this.#isRead) this.#dump();
    this.#callAndDetach();
    // Errors of calls after its end are told first, and only to those that are not destroyed.
    if (res._eventsCount > 0 || !res.writableFinished) process.nextTick(closeResponse, res);
    else {
      res.destroyed = true;
      res._closed = true;
    }
  }

  /** The response won't arrive any more. */
  fail(error: Error): void {
    const { req, res } = this;
    if (this.settled) return;
    this.settled = true;
    if (res.finished || res.destroyed) this.#link.release(this.exchange);
    else this.#link.releaseLater(this.exchange);
    req.destroy(error);
    this.#call(nodeError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'));
    closeResponse(res);
  }

  /**
   * The last callback tells 'finish'. Whoever hears that sees no socket, and those before it see the response with
   * its socket, as in node:http: the callback of `end()` is one of these from Node 24 on.
   */
  #callAndDetach(): void {
    const { res } = this;
    if (res.listenerCount('finish') > 0) res.prependOnceListener('finish', () => this.detach());
    this.#call(null);
    this.detach();
  }

  /** The next response gets the socket. */
  detach(): void {
    if (this.socket._httpMessage !== this.res) return;
    this.socket._httpMessage = null;
    this.res.socket = null;
  }

  /** All that was written has left. */
  drained(): void {
    const { res } = this;
    this.#call(null);
    if (res[NEED_DRAIN] !== true || res.finished) return;
    res[NEED_DRAIN] = false;
    emitSafely(res, 'drain');
  }

  // The content, as the request reads it.

  /** The request has room for more. */
  pull(): void {
    const { body } = this.exchange;
    if (this.#awaiting || this.#contentOver) return;
    if (body === null || this.settled) {
      this.#endContent();
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
      this.#endContent();
      return false;
    }
    this.socket.touch();
    return this.req.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  #endContent(): void {
    const { req } = this;
    const { rawTrailers } = this.exchange;
    this.#contentOver = true;
    req.complete = true;
    if (rawTrailers.length > 0) req._addHeaderLines(rawTrailers as string[], rawTrailers.length);
    req.push(null);
    this.#endWithContent();
  }

  /** The rest of the content won't come: the request is aborted, and the response with it. */
  #failed(error: Error): void {
    this.#awaiting = false;
    this.#contentOver = true;
    if (this.settled) return;
    if (this.#endsWithContent) {
      this.#endWithContent();
      return;
    }
    this.#isLost = true;
    // The listener may have written its answer, or may still.
    if (!this.#isLeft) {
      if (this.#state === PENDING) this.#link.refuse(this.exchange, error);
      else this.#link.destroy(this.isDelimited);
      this.#state = OVER;
      this.socket.close();
    }
    process.nextTick(fail, this);
  }

  #endWithContent(): void {
    if (!this.#endsWithContent) return;
    this.#endsWithContent = false;
    // The content's end is still being told.
    process.nextTick(finish, this);
  }

  /** Somebody reads the content, or is about to. */
  get #isRead(): boolean {
    const { req } = this;
    return req._consuming || req._readableState.resumeScheduled;
  }

  /** Nobody has read the content, and nobody will. */
  #dump(): void {
    const { req } = this;
    this.#contentOver = true;
    if (req._dumped) return;
    if (req._eventsCount > 0) {
      req.complete = true;
      this.#contentOver = false;
      req._dump();
      // From Node 24.22 on, `_dump` only reads once: who listens hears of the end when it flows.
      req.resume();
      return;
    }
    req._dumped = true;
    req.complete = true;
    const state = req._readableState;
    state.ended = true;
    state.endEmitted = true;
    state.destroyed = true;
    state.closed = true;
    state.closeEmitted = true;
  }

  #keep(callback: WriteCallback): void {
    if (this.#callback === undefined) this.#callback = callback;
    else {
      this.#callbacks ??= [];
      this.#callbacks.push(callback);
    }
  }

  #call(error: Error | null): void {
    const callback = this.#callback;
    if (callback === undefined) return;
    const more = this.#callbacks;
    this.#callback = undefined;
    this.#callbacks = undefined;
    try {
      callback(error);
      if (more !== undefined) for (const one of more) one(error);
    } catch (thrown) {
      throwLater(thrown);
    }
  }
}

/** Of each response: `end()` calls it when it has handed everything to its socket. */
function finishAll(this: InnerResponse): void {
  const { socket } = this as unknown as { socket: FacadeSocket | null };
  const prototype = Object.getPrototypeOf(this) as InnerResponse;
  prototype._finish.call(this);
  socket?.endMessage(this);
}

function flush(exchange: NodeExchange): void {
  exchange.flush();
}

function fail(exchange: NodeExchange): void {
  exchange.fail(nodeError('ECONNRESET', 'aborted'));
}

function finish(exchange: NodeExchange): void {
  exchange.finish();
}

function settle(exchange: NodeExchange): void {
  exchange.settle();
}

function closeResponse(res: InnerResponse): void {
  if (res._closed) return;
  res.destroyed = true;
  res._closed = true;
  emitSafely(res, 'close');
}
