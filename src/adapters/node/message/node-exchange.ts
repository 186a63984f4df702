// One request and its response as node:http's own objects. They are real ones, and know nothing of this: they talk to
// the facade (facade-socket.ts), which passes on to here what is about the message in progress.
//
// What the response has written waits up to the end of `end()`, or until the socket is uncorked. So a response that
// is made in one go is one event of the machine and one write.

import type { Scope } from '../../../conn/environment.js';
import type { AbortReason } from '../../../conn/handler/abort.js';
import type { Completion } from '../../../conn/handler/context.js';
import type { HostedExchange, HostedResponse, HostWriter } from '../../../conn/host.js';
import { emitSafely, nodeError, writtenAfterDestroy } from '../host-calls.js';
import { type InnerRequest, NEED_DRAIN } from '../node-internals.js';
import type { MessageServer, SocketOwner, WriteCallback, WritingExchange } from '../ports.js';
import type { FacadeSocket } from '../socket/facade-socket.js';
import { requestStart, responseFinish } from './channels.js';
import { type ContentReader, dump, endContent, isRead, RequestContent } from './request-content.js';
import { requestFrom } from './request-from.js';
import { closeResponse, isHeard, publishFinish } from './response-end.js';
import { isTooMany, responseFrom } from './response-from.js';
import { tellRequest } from './tell-request.js';
import { WrittenAnswer } from './written-answer.js';

/** The connection, as its request sees it. */
interface RequestOwner extends SocketOwner {
  readonly socket: FacadeSocket;
  readonly requests: number;
  readonly scope: Scope;
}

/** The response's progress. */
const PENDING = 0;
const STREAMING = 1;
/** All of it was handed over, or nothing more is taken. */
const OVER = 2;

export class NodeExchange
  extends WrittenAnswer
  implements HostedResponse, WritingExchange, ContentReader
{
  readonly exchange: HostedExchange;
  readonly socket: FacadeSocket;
  readonly req: InnerRequest;
  scope: Scope;
  /** The response has left, or never will; its objects were told. */
  settled = false;
  readonly #core: MessageServer;
  readonly #link: HostWriter;
  /** Undefined for a request without content. */
  readonly #content: RequestContent | undefined;
  readonly #isTooMany: boolean;
  #state: number = PENDING;
  /** The response is complete; it ends when the request's content was read. */
  #endsWithContent = false;
  /** It has waited for a reader of the content. */
  #hasWaited = false;
  /** A flush comes in the next tick. */
  #flushes = false;
  /** The connection carries no response of this any more. */
  #isLost = false;
  /** A listener of 'clientError' was told of a fault in the content: it answers, or the application still does. */
  isLeft = false;

  constructor(core: MessageServer, connection: RequestOwner, exchange: HostedExchange) {
    const { socket, link } = connection;
    const { head } = exchange;
    const req = requestFrom(core, exchange, socket);
    const res = responseFrom(core, req, head.persistent && !link.last, connection.requests);
    super(res);
    this.#core = core;
    this.socket = socket;
    this.#link = link;
    this.exchange = exchange;
    this.scope = connection.scope;
    this.req = req;
    this.#isTooMany = isTooMany(core, connection.requests);
    this.#content = exchange.body === null ? undefined : new RequestContent(this);
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
    if (this.#isTooMany) {
      server.emit('dropRequest', req, socket);
      res.writeHead(503);
      res.end();
      return;
    }
    if (tellRequest(server, this.exchange.head, req, res)) this.#content?.pushCome(this.settled);
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
    if (callback !== undefined) this.keep(callback);
    const fault = this.hold(data, encoding);
    if (fault !== '') this.#refuse(fault);
    if (this.socket.writableCorked === 0) this.#flushSoon();
    return this.socket.writableLength < this.socket.writableHighWaterMark;
  }

  /** All of it was handed over. */
  get isOver(): boolean {
    return this.#state === OVER;
  }

  /** The response is complete, and was handed over. */
  get isAnswered(): boolean {
    return this.res.finished && this.#state !== PENDING;
  }

  /** The request is read, all of it has come, and it has not told its end. */
  get awaitsEnd(): boolean {
    const { req, exchange } = this;
    if (this.settled || exchange.body?.ended === false) return false;
    return isRead(req) && !req._readableState.endEmitted;
  }

  /** Its head says where it ends, or did not leave: no part of it looks like a whole. */
  get isDelimited(): boolean {
    return this.#state === PENDING || this.isFramed;
  }

  /** Hands over what was written: more is to come. */
  flush(): void {
    this.#flushes = false;
    if (this.#state === PENDING) {
      if (!this.isBegun) return;
      this.#state = STREAMING;
      this.#awaitDrain();
      if (!this.#link.answer(this.exchange, this, false)) this.#state = OVER;
    } else if (this.#state === STREAMING) {
      const more = this.takeMore();
      if (more === undefined) return;
      this.#awaitDrain();
      this.#link.write(this.exchange, more);
    }
  }

  /** A message writes a chunk in four pieces, and in Node 20 and 22 each for itself. */
  #flushSoon(): void {
    if (this.#flushes) return;
    this.#flushes = true;
    process.nextTick(call, this, 'flush');
  }

  /** The host writes an answer by the socket, past the response. */
  writeRaw(bytes: Uint8Array): boolean {
    if (this.#state === OVER && !this.isLeft) return false;
    this.holdRaw(bytes);
    this.#flushSoon();
    return true;
  }

  /** The host ends the socket. */
  endRaw(): void {
    if (!this.isBegun) {
      this.socket.destroy();
      return;
    }
    this.#link.endAfter();
    this.flush();
    this.#state = OVER;
    // Not by its response: what the connection's end tells is that the request is aborted.
    this.#isLost ||= !this.res.finished;
    this.#link.end(this.exchange);
  }

  /** The response has ended. */
  ended(): void {
    if (isHeard(this.res) || this.isAwaited) this.heardIn = this.scope.ofNow();
    this.finish();
  }

  /** And the request as far as it is read. */
  finish(): void {
    if (this.#state === OVER) {
      this.#link.release(this.exchange);
      return;
    }
    const { missingBytes } = this;
    if (missingBytes > 0) {
      this.#refuse(`less than its Content-Length said: ${missingBytes} bytes are missing`);
      return;
    }
    if (this.#content?.isOver === false && this.#leavesContent()) return;
    if (this.#state === PENDING) {
      this.#state = OVER;
      this.#link.answer(this.exchange, this, true);
    } else {
      this.flush();
      this.#state = OVER;
      this.#link.end(this.exchange);
    }
  }

  /** The response is complete before the request is read. @returns true where that is waited for */
  #leavesContent(): boolean {
    const { req } = this;
    if (req.destroyed) {
      // Whoever has left its reading, as a loop does by `break`, reads no more of it.
      if (isRead(req)) this.exchange.body?.cancel();
      return false;
    }
    if (isRead(req)) {
      this.flush();
      this.#endsWithContent = true;
      this.#content?.waitForReader(this.#core.unreadMs);
      return true;
    }
    if (this.#hasWaited) return false;
    // Whoever answers first may begin to read right after that.
    this.#hasWaited = true;
    process.nextTick(call, this, 'finishNow');
    return true;
  }

  /** The response is complete, and somebody may begin to read its request: there is no time for that any more. */
  finishNow(): void {
    if (this.#hasWaited && this.#state !== OVER && !this.#endsWithContent) this.finish();
  }

  /** Somebody wants to know when all of it has left. */
  #awaitDrain(): void {
    if (this.res[NEED_DRAIN] !== true && !this.isAwaited) return;
    this.heardIn ??= this.scope.ofNow();
    this.#link.awaitsDrain = true;
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

  completed({ delivered }: Completion): void {
    this.#state = OVER;
    // The connection is about to be told closed, and tells this.
    if (!delivered || this.#isLost) return;
    if (this.#link.calls > 0) process.nextTick(call, this, 'settle');
    else this.settle();
  }

  aborted(_reason: AbortReason): void {
    // Node has no word for this: what ends the connection tells the rest.
  }

  /** The response has left. */
  settle(): void {
    if (this.settled) return;
    this.settled = true;
    const scope = this.heardIn;
    this.heardIn = undefined;
    if (scope === undefined) this.#tellSettled();
    else scope.run(this.#tellSettled, this);
  }

  #tellSettled(): void {
    const { req, res, socket } = this;
    if (responseFinish.hasSubscribers) publishFinish(req, res, socket, this.#core.server);
    if (isHeard(req)) this.#dump();
    // Before its listeners hear: an error of what they call then comes after the response has closed, and is not told.
    const closes = isHeard(res);
    if (closes) process.nextTick(call, this, 'close');
    this.callAndDetach();
    if (this.#core.keepAliveTimeout > 0) socket.rest();
    if (closes) return;
    // What was called back may listen by now.
    if (isHeard(res) || !res.writableFinished) process.nextTick(call, this, 'close');
    else this.close();
  }

  close(): void {
    closeResponse(this.res);
    // Whoever heard that may have ended the connection by its request.
    this.#dump();
    // A request that is read on pulls its content by way of the connection.
    if (this.req._readableState.ended) this.socket.forgetMessage(this);
  }

  #dump(): void {
    if (isRead(this.req)) return;
    dump(this.req);
    // By the time the request asks for its end, the next one may be the connection's.
    this.pull();
  }

  /** The response won't arrive any more. */
  fail(error: Error): void {
    const { req, res } = this;
    if (this.settled) return;
    this.settled = true;
    this.#content?.forget();
    if (res.finished || res.destroyed) this.#link.release(this.exchange);
    else this.#link.releaseLater(this.exchange);
    req.destroy(error);
    this.call(writtenAfterDestroy());
    closeResponse(res);
  }

  /** All that was written has left. */
  drained(): void {
    const scope = this.heardIn ?? this.scope;
    if (!this.res.finished) this.heardIn = undefined;
    scope.run(this.#tellDrained, this);
  }

  #tellDrained(): void {
    const { res } = this;
    this.call(null);
    if (this.isAnswered && !this.settled) {
      // Its client has it all, and may take its time with the content.
      this.detach();
      process.nextTick(closeResponse, res);
    }
    if (res[NEED_DRAIN] !== true || res.finished) return;
    res[NEED_DRAIN] = false;
    emitSafely(res, 'drain');
  }

  // What the content of the request asks and tells.

  /** The request has room for more, or takes all that has come. */
  pull(takesAll = false): void {
    if (this.#content !== undefined) this.#content.pull(this.settled, takesAll);
    else if (!this.req._readableState.ended) endContent(this.req);
  }

  contentEnded(): void {
    if (!this.#endsWithContent) return;
    this.#endsWithContent = false;
    // The content's end is still being told.
    process.nextTick(call, this, 'finish');
  }

  contentLeft(): void {
    this.socket.destroy();
  }

  /** The request is aborted, and the response with it. */
  contentFailed(error: Error): void {
    if (this.settled) return;
    this.finishNow();
    if (this.#endsWithContent) {
      this.contentEnded();
      return;
    }
    if (this.isAnswered) {
      // The response has left, and what is left of the content with it.
      endContent(this.req);
      return;
    }
    // As in node:http, neither is told of anything before the connection ends.
    if (this.isLeft) return;
    this.#isLost = true;
    if (this.#state === PENDING) this.#link.refuse(this.exchange, error);
    else this.#link.destroy(this.isDelimited);
    this.#state = OVER;
    this.socket.close();
    process.nextTick(fail, this);
  }
}

type Step = 'flush' | 'finish' | 'finishNow' | 'settle' | 'close';

function call(exchange: NodeExchange, what: Step): void {
  exchange[what]();
}

function fail(exchange: NodeExchange): void {
  exchange.scope.run(exchange.fail, exchange, nodeError('ECONNRESET', 'aborted'));
}
