// What a handler is told of its request beside the Request: names after the draft
// Fetch Server API (WinterTC), and the message as it came.

import { limitAt } from '../../fsm/limits.js';
import type { FieldsInit } from '../../http/reply/field-lines.js';
import type { RequestHead } from '../../http/request/request-head.js';
import type { Tunnel } from '../../http/tunnel/tunnel.js';
import type { TunnelPort, TunnelSink } from '../../http/tunnel/tunnel-port.js';
import type { UpgradeInit } from '../../http/tunnel/upgrade-head.js';
import type { Priority } from '../../limiter/ticket.js';
import { stringAt, tooLate } from '../../options/checks.js';
import type { ClientCertificate, Transport } from '../transport.js';
import type { AbortReason } from './abort.js';

/** How a response ended. */
export interface Completion {
  /** Every byte of it was taken by the operating system. */
  readonly delivered: boolean;
  /** Why it was not. */
  readonly reason?: AbortReason;
}

/** What the context needs of its exchange. */
export interface ContextSource {
  readonly connection: { readonly id: number; readonly transport: Transport };
  readonly requestHead: RequestHead;
  readonly requestId: number;
  readonly origin: { readonly clientAddress: string };
  readonly priorityName: Priority;
  readonly deadlineWallAt: number | undefined;
  bodyBytesMax: number;
  route: string | undefined;
  /** The handler has read of the content, or given it up. */
  readonly contentBegun: boolean;
  readonly trailers: Promise<readonly string[]>;
  readonly completed: Promise<Completion>;
  sendInformational(status: number, headers: FieldsInit | undefined): void;
  waitUntil(promise: unknown): void;
  waiting<T>(promise: T | PromiseLike<T>): Promise<T>;
  upgrade(init: UpgradeInit | undefined): Promise<Tunnel>;
  openTunnel(status: number, head: string, sink: TunnelSink): TunnelPort;
}

/**
 * The second argument of a handler. Everything in it is made when it is asked for. Its functions may be taken
 * out: `fetch(request, { waitUntil })`.
 */
export class RequestContext {
  readonly #source: ContextSource;

  /** @internal */
  constructor(source: ContextSource) {
    this.#source = source;
  }

  /**
   * IP address of the client. Without `trustedProxies` it is the peer's. A peer that is a trusted proxy
   * names it in `Forwarded` or `X-Forwarded-For`. It is the first from the right that is not itself a
   * trusted proxy. A proxy may name none: then it is `unknown`, or
   * an identifier that hides the client, such as `_hidden` (RFC 7239 §6). Fields that contradict each
   * other, or are outside their grammar, are not believed. Empty for a Unix domain socket.
   */
  get clientAddress(): string {
    return this.#source.origin.clientAddress;
  }

  /** IP address of the peer, which may be a proxy; empty on a Unix domain socket. */
  get remoteAddress(): string {
    return this.#source.connection.transport.remote.address;
  }

  /** IP address that the peer connected to; empty on a Unix domain socket. */
  get localAddress(): string {
    return this.#source.connection.transport.local.address;
  }

  /** True under TLS. */
  get encrypted(): boolean {
    return this.#source.connection.transport.encrypted;
  }

  /** The host name that the client asked for in TLS; undefined without TLS, and where it asked for none. */
  get serverName(): string | undefined {
    return this.#source.connection.transport.tls?.serverName;
  }

  /**
   * The certificate that the client has shown in TLS, after `listen({ tls: { requestCert: true } })`. Look at
   * `authorized` where unverified clients are let in. Made anew at each use; undefined once the client has left.
   */
  get clientCertificate(): ClientCertificate | undefined {
    return this.#source.connection.transport.tls?.clientCertificate;
  }

  /** Counts the server's connections, from 1. */
  get connectionId(): number {
    return this.#source.connection.id;
  }

  /** Counts the server's requests, from 1. */
  get requestId(): number {
    return this.#source.requestId;
  }

  /** The class in which the request was admitted. */
  get priority(): Priority {
    return this.#source.priorityName;
  }

  /** When the answer is worthless, in milliseconds since 1970; undefined where nobody said. */
  get deadline(): number | undefined {
    return this.#source.deadlineWallAt;
  }

  /**
   * The most content that this request may have, in bytes. Default: `limits.bodyBytesMax`.
   *
   * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` where what is set is no whole number, 0
   * or more; and where the content has been read already, since what was declared is checked at the first read
   */
  get bodyBytesMax(): number {
    return this.#source.bodyBytesMax;
  }

  set bodyBytesMax(bytes: number) {
    const source = this.#source;
    const checked = limitAt('context.bodyBytesMax', 'bodyBytesMax', bytes);
    if (source.contentBegun) throw tooLate('context.bodyBytesMax', bytes, 'the content was read');
    source.bodyBytesMax = checked;
  }

  /**
   * The route that the target has matched, as observers are told: `/users/:id`. A router sets it. It is
   * the name of a kind of request, so it should have no part of one request in it. Default: undefined.
   *
   * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for what is no string
   */
  get route(): string | undefined {
    return this.#source.route;
  }

  set route(route: string | undefined) {
    this.#source.route =
      route === undefined
        ? undefined
        : stringAt('context.route', route, 'a route such as /users/:id');
  }

  /** The request target as received. */
  get target(): string {
    return this.#source.requestHead.target;
  }

  /** A version 1.x beyond 1.1 is served as 1.1. */
  get httpVersion(): '1.0' | '1.1' {
    return this.#source.requestHead.httpVersion;
  }

  /** Flat: name, value, name, value, …, order and case as received. */
  get rawHeaders(): readonly string[] {
    return this.#source.requestHead.rawHeaders;
  }

  /** The trailer section, flat like `rawHeaders`, once the content was read; `[]` where there is none. */
  get trailers(): Promise<readonly string[]> {
    return this.#source.trailers;
  }

  /** Settles when the response has left or never will. Never rejects. */
  get completed(): Promise<Completion> {
    return this.#source.completed;
  }

  /**
   * Sends an informational response such as 103 (RFC 9110 §15.2), before the reply.
   * Nothing is sent to an HTTP/1.0 client, which knows none.
   *
   * @throws ReplyError for a status outside 100–199, for 101, and for what can't be sent
   */
  get sendInformational(): (status: number, headers?: FieldsInit) => void {
    return (status, headers) => this.#source.sendInformational(status, headers);
  }

  /**
   * Waits on purpose, for an event or a time, and gives the slot back for as long: however many wait so, they
   * keep no other request from being served. When `promise` has settled the handler runs on at once.
   *
   * @returns what `promise` gives, or its error
   *
   * @example
   * const news = await context.waiting(nextNews(request.signal)); // a long poll
   */
  get waiting(): <T>(promise: T | PromiseLike<T>) => Promise<T> {
    return (promise) => this.#source.waiting(promise);
  }

  /**
   * Makes a tunnel of the connection: answers 101 to an Upgrade, or 200 to CONNECT. All further bytes are
   * the tunnel's. The handler then returns nothing. Its slot is free again, however long the tunnel lasts.
   *
   * Content must be read to its end before, unless it has a Content-Length of up to `readAheadBytesMax`: short
   * content is complete before the handler runs, and can still be read after the upgrade.
   *
   * The promise rejects with
   * - an {@link UpgradeError} if the request asks for no upgrade or for other protocols, if its content was
   *   not read, or if it was answered or upgraded before;
   * - a {@link RequestAborted} if the client has gone, or the server is closing;
   * - an error with `code: 'SLUICE_OPTION_INVALID'` for wrong options;
   * - a {@link ReplyError} for wrong headers.
   *
   * @example
   * const tunnel = await context.upgrade({ protocol: 'echo' });
   * await tunnel.readable.pipeTo(tunnel.writable);
   */
  get upgrade(): (init?: UpgradeInit) => Promise<Tunnel> {
    return (init) => this.#source.upgrade(init);
  }

  /**
   * As {@link upgrade}, without streams, for any request. `head` is sent as it is, and may be empty.
   *
   * @internal
   */
  static openTunnel(
    context: RequestContext,
    status: number,
    head: string,
    sink: TunnelSink,
  ): TunnelPort {
    return context.#source.openTunnel(status, head, sink);
  }

  /**
   * Work that goes on after the reply: its rejection goes to `onError`, and `close()` waits for it within its grace.
   * What is no promise has settled.
   */
  get waitUntil(): (promise: unknown) => void {
    return (promise) => this.#source.waitUntil(promise);
  }
}
