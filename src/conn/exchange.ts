// One request and what becomes of it: its place at the limiter, its Request and its context, its
// content. The connection decides when things happen; an exchange knows what they are about.

import { FRAMING_CHUNKED, FRAMING_NONE, type Head } from '../fsm/parse/head.js';
import type { FieldsInit } from '../http/reply/field-lines.js';
import { informationalHead } from '../http/reply/informational.js';
import type { Reply } from '../http/reply/reply.js';
import type { Incoming } from '../http/request/incoming.js';
import { SluiceRequest } from '../http/request/request.js';
import { RequestHead } from '../http/request/request-head.js';
import { takesTrailers } from '../http/request/takes-trailers.js';
import type { Tunnel } from '../http/tunnel/tunnel.js';
import type { TunnelSink } from '../http/tunnel/tunnel-port.js';
import type { UpgradeInit } from '../http/tunnel/upgrade-head.js';
import type { RefusalReason } from '../limiter/refusal.js';
import {
  type Outcome,
  type Priority,
  priorities,
  priorityClass,
  type Ticket,
  ticketState,
} from '../limiter/ticket.js';
import type { AbortReason } from './handler/abort.js';
import { type Completion, type ContextSource, RequestContext } from './handler/context.js';
import { type HandledRequest, replyInPlace, runHandler } from './handler/handler-run.js';
import type { Peer, RequestOrigin } from './handler/peer.js';
import { traced } from './handler/request-channel.js';
import { kindOf } from './handler/request-kind.js';
import { Waits } from './handler/waits.js';
import type { HostedExchange, HostedResponse } from './host.js';
import { Content, type ContentOwner, NO_TRAILERS } from './read/content.js';
import type { ServerParts } from './server-parts.js';
import type { GrowingRequest, MemoryHolder, RunningRequest } from './server-ports.js';
import type { Transport } from './transport.js';
import type { RawTunnel } from './tunnel/tunnel.js';

/** The connection, as its exchanges see it. */
export interface ExchangeConnection extends MemoryHolder {
  readonly id: number;
  readonly transport: Transport;
  readonly peer: Peer;
  /** The exchange in progress. */
  readonly exchange: Exchange | undefined;
}

/** What an exchange passes on: decisions of the limiter, and what the handler asks. */
export interface ExchangeConversation {
  admitted(exchange: Exchange, now: number): void;
  refused(exchange: Exchange, reason: RefusalReason, retryAfterMs: number, now: number): void;
  /** The client of a request that waits has left, or can't be reached. */
  isGone(exchange: Exchange): boolean;
  gone(exchange: Exchange, now: number): void;
  tunnelOf(exchange: Exchange): RawTunnel | undefined;
  upgrade(exchange: Exchange, init: UpgradeInit | undefined): Promise<Tunnel>;
  openTunnel(exchange: Exchange, status: number, head: string, sink: TunnelSink): RawTunnel;
  handlerEnded(exchange: Exchange, reply: Reply, outcome: Outcome): void;
  sendInformational(exchange: Exchange, head: string): void;
  /** More content was declared or gathered than may come. */
  refuseContent(exchange: Exchange): void;
  pullContent(exchange: Exchange): Uint8Array | undefined | null;
  contentIsAwaited(exchange: Exchange, now: number): void;
}

/**
 * It is a Ticket by its members and extends nothing: V8 does not inline the call of a parent's
 * constructor, which cost 5 % of a request.
 */
export class Exchange
  implements
    Ticket,
    Incoming,
    ContextSource,
    ContentOwner,
    HandledRequest,
    HostedExchange,
    RunningRequest,
    GrowingRequest
{
  // As `Ticket` has them, and begins them.
  priority: number = priorityClass.default;
  clientBucket = 0;
  deadlineAt: number = Number.POSITIVE_INFINITY;
  queuedBytes: number;
  state: number = ticketState.idle;
  offeredAt: number = Number.NaN;
  admittedAt: number = Number.NaN;
  startedAmong = 0;
  stalledMs = 0;
  pauses: Ticket['pauses'] = null;
  kind = -1;
  list: Ticket['list'] = null;
  ahead: Ticket | null = null;
  behind: Ticket | null = null;
  older: Ticket | null = null;
  younger: Ticket | null = null;
  readonly connection: ExchangeConnection;
  readonly parts: ServerParts;
  readonly head: Head;
  readonly requestId: number;
  readonly body: Content | null;
  bodyBytesMax: number;
  heapIndex = -1;
  /** Which health path this is, if one. */
  probe: 'live' | 'ready' | undefined = undefined;
  /** `100 Continue` was sent, or never asked for. */
  continued: boolean;
  /** The handler was called; it may be done since. */
  started = false;
  /** The handler has answered or failed. */
  handlerDone = false;
  /** The limiter turned it away. */
  refused = false;
  /** Where its response ends among all that the connection was given to send. */
  responseTo: number = Number.POSITIVE_INFINITY;
  /** A response was begun: the handler's, or one in its place. */
  answered = false;
  /** And it is an event stream. */
  sendsEvents = false;
  /** Where a host answers: hears how the response ends. */
  hosted: HostedResponse | undefined = undefined;
  abortReason: AbortReason | undefined = undefined;
  /** What a router says it is: `/users/:id`. */
  route: string | undefined = undefined;
  readonly #conversation: ExchangeConversation;
  /** Where the head stands as text, with others perhaps, and where in its bytes that begins. */
  readonly #text: string;
  readonly #textFrom: number;
  // A private field is undefined at first. To say so would be a store of its own for each request.
  #requestHead: RequestHead | undefined;
  #origin: RequestOrigin | undefined;
  #request: SluiceRequest | undefined;
  #context: RequestContext | undefined;
  #completion: Completion | undefined;
  #waits: Waits | undefined;

  constructor(
    connection: ExchangeConnection,
    conversation: ExchangeConversation,
    parts: ServerParts,
    head: Head,
  ) {
    this.connection = connection;
    this.#conversation = conversation;
    this.head = head;
    this.#text = parts.headText.text;
    this.#textFrom = parts.headText.from;
    this.requestId = parts.roster.nextRequestId();
    this.bodyBytesMax = parts.limits.bodyBytesMax;
    this.continued = !head.expectsContinue;
    this.parts = parts;
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
    const { from, methodTo, targetTo } = this.head;
    const textFrom = this.#textFrom;
    return kindOf(this.#text, from - textFrom, methodTo - textFrom, targetTo - textFrom);
  }

  /** The head as strings. */
  get requestHead(): RequestHead {
    this.#requestHead ??= new RequestHead(this.head, this.#text, this.#textFrom);
    return this.#requestHead;
  }

  // What the connection calls.

  /** HTTP/1.0 has no chunked coding, which carries them. */
  get takesTrailers(): boolean {
    return this.head.versionMinor > 0 && takesTrailers(this.requestHead.valuesOf('te'));
  }

  /**
   * The content of the reply could not be finished.
   *
   * @returns what is sent in its place, where nothing was sent yet
   */
  streamFailed(error: unknown): Reply {
    return replyInPlace(this, error);
  }

  /** The deadline, as the heap of running requests asks for it. */
  get dueMs(): number {
    return this.deadlineAt;
  }

  /** Runs the handler. The reply goes to the conversation, now or later. */
  run(): void {
    this.started = true;
    runHandler(this);
  }

  /** Gives the slot back. Without effect if it was given back before. */
  release(outcome: Outcome, now: number): void {
    this.parts.limiter.release(this, outcome, now);
  }

  /** Tells the handler that its work is in vain, or soon will be. */
  abort(reason: AbortReason): void {
    if (this.abortReason !== undefined || this.#completion !== undefined) return;
    this.abortReason = reason;
    this.#waits?.abort(reason);
    this.hosted?.aborted(reason);
  }

  /** The response has left, or won't. Only the first call counts. */
  complete(completion: Completion): void {
    if (this.#completion !== undefined) return;
    this.#completion = completion;
    this.#waits?.complete(completion);
    this.hosted?.completed(completion);
  }

  /** Why it was cut off, or answered in place of its handler, if it was. */
  get cutOff(): AbortReason | undefined {
    return this.#completion?.reason ?? (this.answered ? this.abortReason : undefined);
  }

  /** Somebody waits to know whether the response leaves. */
  get completionAwaited(): boolean {
    if (this.#completion !== undefined) return false;
    return this.hosted !== undefined || this.#waits?.completionAwaited === true;
  }

  contentEnded(trailers: readonly string[]): void {
    this.#waits?.trailersCame(trailers);
    this.body?.end(trailers);
    this.parts.memory.endGrowth(this);
  }

  contentFailed(error: Error): void {
    this.body?.fail(error);
    this.parts.memory.endGrowth(this);
    this.#waits?.trailersCame(this.rawTrailers);
  }

  /**
   * The connection is done with this exchange. Content that has come is kept: a handler may still ask for it. What one
   * that still runs was given, or may still ask for, since all of it has come, is counted until it ends.
   */
  orphan(): void {
    this.body?.keep();
    if (!this.started || this.handlerDone || this.body === null) return;
    this.parts.ledger.change(this.body.orphan());
  }

  /** An error of the application's that came too late for a reply, or in cleaning up. */
  report(error: unknown): void {
    this.parts.reports.tell(error, this.#request, this.#context);
  }

  // What the content asks.

  pullContent(): Uint8Array | undefined | null {
    return this.#conversation.pullContent(this);
  }

  contentAwaited(): void {
    const { limiter } = this.parts;
    const now = this.parts.environment.now();
    // Time spent waiting for the peer says nothing of how busy we are, and takes no slot; but a number of
    // handlers that somebody chose is kept to.
    limiter.pause(this, !limiter.learns, now);
    this.#conversation.contentIsAwaited(this, now);
  }

  contentWaitEnded(): void {
    this.parts.limiter.resume(this, this.parts.environment.now());
  }

  memoryFits(bytes: number, isAll: boolean): boolean {
    return this.parts.memory.fits(this, bytes, isAll);
  }

  heldChanged(): void {
    if (this.connection.exchange === this) this.connection.countHeld();
  }

  refuseContent(): void {
    this.#conversation.refuseContent(this);
  }

  // What the handler may ask, through Request and context.

  get origin(): RequestOrigin {
    this.#origin ??= this.connection.peer.originOf(this.requestHead);
    return this.#origin;
  }

  signal(): AbortSignal {
    this.#waits ??= new Waits();
    return this.#waits.signal(this.abortReason, this);
  }

  get priorityName(): Priority {
    return priorities[this.priority] ?? 'default';
  }

  get deadlineWallAt(): number | undefined {
    if (this.deadlineAt === Number.POSITIVE_INFINITY) return undefined;
    return this.parts.environment.wallNow() + this.deadlineAt - this.parts.environment.now();
  }

  get rawTrailers(): readonly string[] {
    return this.body?.trailers ?? NO_TRAILERS;
  }

  get trailers(): Promise<readonly string[]> {
    this.#waits ??= new Waits();
    return this.#waits.trailers(this.body === null ? NO_TRAILERS : this.body.trailers);
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
    return this.parts.limiter.waiting(this, promise);
  }

  get tunnel(): RawTunnel | undefined {
    return this.#conversation.tunnelOf(this);
  }

  upgrade(init: UpgradeInit | undefined): Promise<Tunnel> {
    return this.#conversation.upgrade(this, init);
  }

  openTunnel(status: number, head: string, sink: TunnelSink): RawTunnel {
    return this.#conversation.openTunnel(this, status, head, sink);
  }

  waitUntil(promise: unknown): void {
    if (this.#context === undefined || this.#request === undefined) return;
    this.parts.roster.waitFor(promise, this.#context, this.#request);
  }

  // What the run of the handler asks.

  callHandler(): unknown {
    const context = new RequestContext(this);
    const request = new SluiceRequest(this);
    this.#request = request;
    this.#context = context;
    const { handler, admission, roster, requestChannel } = this.parts;
    if (this.probe !== undefined) return admission.answerProbe(this.probe, roster.ready);
    if (requestChannel?.hasSubscribers === true)
      return traced(requestChannel, { request, context }, handler);
    return handler(request, context);
  }

  askOnError(error: unknown): unknown {
    return this.parts.reports.error(error, this.#request, this.#context);
  }

  handlerLeaves(): void {
    this.handlerDone = true;
    if (this.body !== null) this.parts.ledger.change(-this.body.adopt());
  }

  handlerEnds(given: Reply, outcome: Outcome): void {
    this.handlerLeaves();
    // A streamed reply may be made of the content.
    if (given.whole !== undefined) this.body?.forgetKept();
    this.#conversation.handlerEnded(this, given, outcome);
  }
}
