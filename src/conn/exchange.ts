// One request and what becomes of it: its place at the limiter, its Request and
// context, its handler's outcome. The connection decides when things happen; an
// exchange knows what they are about.

import { FRAMING_CHUNKED, FRAMING_NONE, type Head } from '../fsm/parse/head.js';
import type { Due } from '../fsm/time/due-heap.js';
import type { FieldsInit } from '../http/reply/field-lines.js';
import { isAnswer, toReply } from '../http/reply/from-response.js';
import { informationalHead } from '../http/reply/informational.js';
import { Reply, reply } from '../http/reply/reply.js';
import { sendsContent } from '../http/reply/reply-framing.js';
import { BodyError } from '../http/request/body-error.js';
import type { Incoming } from '../http/request/incoming.js';
import { isMalformed } from '../http/request/malformed.js';
import { SluiceRequest } from '../http/request/request.js';
import { RequestHead } from '../http/request/request-head.js';
import { listen, promiseOf } from '../http/thenable.js';
import type { RefusalReason } from '../limiter/refusal.js';
import {
  type Outcome,
  type Priority,
  priorities,
  priorityClass,
  type Ticket,
  ticketState,
} from '../limiter/ticket.js';
import type { AbortReason } from './abort.js';
import type { Connection } from './connection.js';
import { Content, type ContentOwner } from './content.js';
import { type Completion, type ContextSource, RequestContext } from './context.js';
import type { Conversation } from './conversation.js';
import { kindOf } from './request-kind.js';
import { INTERNAL_ERROR, MALFORMED } from './responses.js';
import type { Service } from './service.js';
import type { TransportAddress } from './transport.js';
import { Waits } from './waits.js';

const NO_TRAILERS: readonly string[] = Object.freeze([]);

/**
 * It is a Ticket by its members and extends nothing: V8 does not inline the call of a parent's
 * constructor, which cost 5 % of a request.
 */
export class Exchange implements Ticket, Incoming, ContextSource, ContentOwner, Due {
  // As `Ticket` has them, and begins them.
  priority: number = priorityClass.default;
  clientBucket = 0;
  deadline: number = Number.POSITIVE_INFINITY;
  queuedBytes: number;
  state: number = ticketState.idle;
  offeredAt: number = Number.NaN;
  admittedAt: number = Number.NaN;
  waits = 0;
  waitsSince: number = Number.NaN;
  waitedMs: number = Number.NaN;
  kind = -1;
  ahead: Ticket | null = null;
  behind: Ticket | null = null;
  older: Ticket | null = null;
  younger: Ticket | null = null;
  readonly connection: Connection;
  readonly head: Head;
  readonly requestId: number;
  /** The content, or null where there is none. */
  readonly body: Content | null;
  bodyBytesMax: number;
  heapIndex = -1;
  /** Which health path this is, if one. */
  probe: 'live' | 'ready' | undefined = undefined;
  /** `100 Continue` was sent, or never asked for. */
  continued: boolean;
  /** The handler was called; it may have settled since. */
  started = false;
  /** The handler has answered or failed. */
  settled = false;
  /** The limiter turned it away. */
  refused = false;
  /** A response was begun: the handler's, or one in its place. */
  answered = false;
  readonly #conversation: Conversation;
  readonly #service: Service;
  /** Where the head stands as text, with others perhaps, and where in its bytes that begins. */
  readonly #text: string;
  readonly #textFrom: number;
  #requestHead: RequestHead | undefined = undefined;
  #request: SluiceRequest | undefined = undefined;
  #context: RequestContext | undefined = undefined;
  #abortReason: AbortReason | undefined = undefined;
  #completion: Completion | undefined = undefined;
  #trailers: readonly string[] | undefined = undefined;
  #waits: Waits | undefined = undefined;
  /** Memory that the handler keeps though the connection is done with this. */
  #orphanBytes = 0;

  constructor(connection: Connection, conversation: Conversation, service: Service, head: Head) {
    this.connection = connection;
    this.#conversation = conversation;
    this.head = head;
    this.#text = service.headText.text;
    this.#textFrom = service.headText.from;
    this.requestId = service.nextRequestId();
    this.bodyBytesMax = service.limits.bodyBytesMax;
    this.continued = !head.expectsContinue;
    this.#service = service;
    this.body =
      head.framing === FRAMING_NONE
        ? null
        : new Content(this, head.framing === FRAMING_CHUNKED ? -1 : head.contentLength);
    this.queuedBytes = head.to - head.from;
  }

  // What the limiter calls.

  onAdmitted(now: number): void {
    this.#conversation.admitted(this, now);
  }

  onRefused(reason: RefusalReason, retryAfterMs: number, now: number): void {
    this.#conversation.refused(this, reason, retryAfterMs, now);
  }

  isGone(_now: number): boolean {
    return this.#conversation.isGone(this);
  }

  onGone(now: number): void {
    this.#conversation.gone(this, now);
  }

  kindHash(): number {
    const { method, target } = this.requestHead;
    return kindOf(method, target);
  }

  /** The head as strings. */
  get requestHead(): RequestHead {
    this.#requestHead ??= new RequestHead(this.head, this.#text, this.#textFrom);
    return this.#requestHead;
  }

  // What the connection calls.

  get isHead(): boolean {
    return this.head.isHead;
  }

  get keepAliveAsked(): boolean {
    return this.head.keepAliveAsked;
  }

  get versionMinor(): number {
    return this.head.versionMinor;
  }

  /** Asks the application for class, client and deadline. What it throws costs the request nothing but these. */
  classify(now: number): void {
    const { admission, limiter } = this.#service;
    const { priority, clientKey, deadlineMs, probe } = admission.classify(
      this.requestHead,
      this.remote.address,
      this,
    );
    this.priority = priority;
    this.probe = probe;
    if (clientKey !== undefined) this.clientBucket = limiter.bucketOf(clientKey);
    if (deadlineMs !== undefined) this.deadline = now + deadlineMs;
  }

  /**
   * The reply's content could not be finished: tells the application, unless it was the peer's doing.
   *
   * @returns what is sent in its place, where nothing was sent yet
   */
  streamFailed(error: unknown): Reply {
    if (error instanceof BodyError) return bodyErrorReply(error);
    const instead = this.#ask(error);
    // No other stream takes its place, and nobody waits for a promise any more.
    if (!(instead instanceof Promise)) {
      const given = this.#replyOr500(instead);
      if (given.whole !== undefined) return given;
    }
    this.#service.reports.drop(instead);
    return INTERNAL_ERROR;
  }

  /** The deadline, as the heap of running requests asks for it. */
  get dueMs(): number {
    return this.deadline;
  }

  /** Runs the handler; the reply goes to the connection, now or later. */
  run(): void {
    const context = new RequestContext(this);
    const request = new SluiceRequest(this);
    this.#request = request;
    this.#context = context;
    this.started = true;
    let answer: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      answer =
        this.probe === undefined
          ? this.#service.handler(request, context)
          : this.#service.admission.answerProbe(this.probe, this.#service.ready);
      if (!(answer instanceof Reply)) promise = promiseOf(answer);
      if (promise !== undefined) {
        listen(
          promise,
          (value) => this.#answered(value),
          (error) => this.#failed(error),
        );
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (promise === undefined) this.#answered(answer);
  }

  /** Gives the slot back. Without effect if it was given back before. */
  release(outcome: Outcome, now: number): void {
    this.#service.limiter.release(this, outcome, now);
  }

  /** Tells the handler that its work is in vain, or soon will be. */
  abort(reason: AbortReason): void {
    if (this.#abortReason !== undefined || this.#completion !== undefined) return;
    this.#abortReason = reason;
    this.#waits?.abort(reason);
  }

  /** The response has left, or won't. Only the first call counts. */
  complete(completion: Completion): void {
    if (this.#completion !== undefined) return;
    this.#completion = completion;
    this.#waits?.complete(completion);
  }

  /** Somebody waits to know whether the response leaves. */
  get completionAwaited(): boolean {
    return this.#completion === undefined && this.#waits?.completionAwaited === true;
  }

  contentEnded(trailers: readonly string[]): void {
    this.#trailers = trailers;
    this.#waits?.trailersCame(trailers);
    this.body?.end();
    this.#service.memory.endGrowth(this);
  }

  contentFailed(error: Error): void {
    this.body?.fail(error);
    this.#service.memory.endGrowth(this);
    // Content that failed has no trailers; whoever reads it learns why from the content.
    if (this.#trailers === undefined) {
      this.#trailers = NO_TRAILERS;
      this.#waits?.trailersCame(NO_TRAILERS);
    }
  }

  /**
   * The connection is done with this exchange. What a handler that still runs was given, or may still
   * ask for, since all of it has come, is counted until it ends.
   */
  orphan(): void {
    if (!this.started || this.settled || this.body === null) return;
    this.#orphanBytes = this.body.ended ? this.body.heldBytes : this.body.keptBytes;
    this.#service.ledger.change(this.#orphanBytes);
  }

  /** An error of the application's that came too late for a reply, or in cleaning up. */
  report(error: unknown): void {
    this.#service.report(error, this.#request, this.#context);
  }

  // What the content asks.

  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#service.makeMemory(bytes);
  }

  pullContent(): Uint8Array | undefined | null {
    return this.#conversation.pullContent(this);
  }

  contentAwaited(): void {
    const { limiter } = this.#service;
    const now = this.#service.now();
    // Time spent waiting for the peer says nothing of how busy we are, and takes no slot; but a number of
    // handlers that somebody chose is kept to.
    limiter.pause(this, !limiter.learns, now);
    this.#conversation.contentIsAwaited(this, now);
  }

  contentSettled(): void {
    this.#service.limiter.resume(this, this.#service.now());
  }

  memoryFits(bytes: number, isAll: boolean): boolean {
    return this.#service.memory.fits(this, bytes, isAll);
  }

  heldChanged(): void {
    if (this.connection.exchange === this) this.connection.countHeld();
  }

  refuseContent(): void {
    this.#conversation.refuseContent(this);
  }

  // What the handler may ask, through Request and context.

  get scheme(): string {
    return this.connection.transport.encrypted ? 'https' : 'http';
  }

  get fallbackHost(): string {
    const { address, port } = this.connection.transport.local;
    if (address === '') return 'localhost';
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  signal(): AbortSignal {
    this.#waits ??= new Waits();
    return this.#waits.signal(this.#abortReason, this);
  }

  get remote(): TransportAddress {
    return this.connection.transport.remote;
  }

  get local(): TransportAddress {
    return this.connection.transport.local;
  }

  get encrypted(): boolean {
    return this.connection.transport.encrypted;
  }

  get connectionId(): number {
    return this.connection.id;
  }

  get priorityName(): Priority {
    return priorities[this.priority] ?? 'default';
  }

  get deadlineEpochMs(): number | undefined {
    if (this.deadline === Number.POSITIVE_INFINITY) return undefined;
    return this.#service.wallNow() + this.deadline - this.#service.now();
  }

  get target(): string {
    return this.requestHead.target;
  }

  get httpVersion(): '1.0' | '1.1' {
    return this.requestHead.httpVersion;
  }

  get rawHeaders(): readonly string[] {
    return this.requestHead.rawHeaders;
  }

  get trailers(): Promise<readonly string[]> {
    this.#waits ??= new Waits();
    return this.#waits.trailers(this.body === null ? NO_TRAILERS : this.#trailers);
  }

  get completed(): Promise<Completion> {
    this.#waits ??= new Waits();
    return this.#waits.completed(this.#completion);
  }

  get contentBegun(): boolean {
    return this.body?.begun === true || this.#request?.bodyUsed === true;
  }

  sendInformational(status: number, headers: FieldsInit | undefined): void {
    const text = informationalHead(status, headers);
    if (this.head.versionMinor > 0) this.#conversation.sendInformational(this, text);
  }

  waiting<T>(promise: T | PromiseLike<T>): Promise<T> {
    return this.#service.limiter.waiting(this, promise);
  }

  waitUntil(promise: unknown): void {
    if (this.#context === undefined || this.#request === undefined) return;
    this.#service.waitFor(promise, this.#context, this.#request);
  }

  #answered(answer: unknown): void {
    let given: Reply;
    try {
      given = toReply(answer);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (given.maybeWhole && sendsContent(given.status, this.isHead)) {
      given.readAhead().then(
        (read) => this.#settle(read, 'finished'),
        (error) => this.#failed(error),
      );
    } else this.#settle(given, 'finished');
  }

  #failed(error: unknown): void {
    // What the peer did wrong with its content, and the handler let through, is the peer's to hear.
    if (error instanceof BodyError) {
      this.#settle(bodyErrorReply(error), 'failed');
      return;
    }
    if (isMalformed(error)) {
      this.#settle(MALFORMED, 'failed');
      return;
    }
    if (isAnswer(error)) {
      this.#answered(error);
      return;
    }
    const instead = this.#ask(error);
    if (instead instanceof Promise) {
      listen(
        instead,
        (value) => this.#answerInstead(value),
        () => this.#settle(INTERNAL_ERROR, 'failed'),
      );
    } else this.#answerInstead(instead);
  }

  /** Tells the application of an error. What it answers is a value, or a promise of the platform's own. */
  #ask(error: unknown): unknown {
    return this.#service.reports.error(error, this.#request, this.#context);
  }

  /** What `onError` gave takes the place of an answer. */
  #answerInstead(value: unknown): void {
    const given = this.#replyOr500(value);
    if (given.maybeWhole && sendsContent(given.status, this.isHead)) {
      given.readAhead().then(
        (read) => this.#settle(read, 'failed'),
        (failure) => {
          this.#service.reports.onErrorFailed(failure);
          this.#settle(INTERNAL_ERROR, 'failed');
        },
      );
    } else this.#settle(given, 'failed');
  }

  #replyOr500(value: unknown): Reply {
    if (value === undefined || value === null) return INTERNAL_ERROR;
    try {
      return toReply(value);
    } catch (failure) {
      this.#service.reports.onErrorFailed(failure);
      return INTERNAL_ERROR;
    }
  }

  #settle(given: Reply, outcome: Outcome): void {
    this.settled = true;
    this.#service.ledger.change(-this.#orphanBytes);
    this.#orphanBytes = 0;
    // A streamed reply may be made of the content.
    if (given.whole !== undefined) this.body?.forgetKept();
    this.#conversation.settled(this, given, outcome);
  }
}

function bodyErrorReply({ message, status }: BodyError): Reply {
  // 503: it was our memory, and the client may come again.
  const headers = status === 503 ? { 'Retry-After': 1 } : {};
  return reply(`${message}\n`, { status, headers });
}
